import type { ProviderRule } from './secret-rule.ts';

const ALNUM = 'A-Za-z0-9';
const URL64 = 'A-Za-z0-9_-';
const BASE64 = 'A-Za-z0-9+/=';
const HEX = '0-9a-f';
const ANY_HEX = 'A-Fa-f0-9';

/** Messages, payments and work: as published. */
export const SERVICE_RULES: readonly ProviderRule[] = [
  {
    name: 'slack-token',
    prefix: [
      'xoxb-',
      'xoxp-',
      'xoxa-',
      'xoxr-',
      'xoxs-',
      'xoxe-',
      'xoxo-',
      'xoxc-',
      'xoxd-',
      'xapp-',
      'xoxe.',
    ],
    ...{ chars: 'A-Za-z0-9.%+/=-', min: 10, max: 512 },
  },
  {
    name: 'slack-webhook',
    prefix: ['hooks.slack.com/services/', 'hooks.slack.com/workflows/', 'hooks.slack.com/triggers/'],
    ...{ chars: 'A-Za-z0-9+/', min: 20, max: 120 },
  },
  {
    name: 'discord-webhook',
    prefix: ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'],
    ...{ chars: 'A-Za-z0-9/_-', min: 60, max: 120 },
  },
  {
    name: 'stripe-key',
    prefix: ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'rk_prod_', 'sk_prod_'],
    ...{ chars: ALNUM, min: 10, max: 256 },
  },
  { name: 'stripe-webhook-secret', prefix: 'whsec_', chars: BASE64, min: 24, max: 100 },
  { name: 'square-token', prefix: ['sq0atp-', 'sq0csp-'], chars: URL64, min: 22, max: 64 },
  {
    name: 'shopify-token',
    prefix: ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    chars: 'A-Fa-f0-9',
    min: 32,
    max: 32,
  },
  { name: 'sendgrid-key', prefix: 'SG.', chars: 'A-Za-z0-9_=.-', min: 60, max: 80, isMixed: true },
  { name: 'mailgun-key', prefix: 'key-', chars: HEX, min: 32, max: 32, isExact: true },
  { name: 'linear-key', prefix: ['lin_api_', 'lin_oauth_'], chars: ALNUM, min: 40, max: 64 },
  { name: 'notion-token', prefix: 'ntn_', chars: ALNUM, min: 40, max: 64 },
  { name: 'atlassian-token', prefix: 'ATATT3', chars: 'A-Za-z0-9_=-', min: 100, max: 300 },
  { name: 'figma-token', prefix: ['figd_', 'figu_'], chars: URL64, min: 36, max: 64 },
  { name: 'square-token', prefix: 'EAAA', chars: URL64, min: 56, max: 60, isExact: true, isMixed: true },
  { name: 'facebook-token', prefix: ['EAAC', 'EAAM'], chars: ALNUM, min: 100, max: 400 },
  {
    name: 'teams-webhook',
    prefix: '.webhook.office.com/webhookb2/',
    ...{ chars: 'A-Za-z0-9@/-', min: 60, max: 220, isWhole: false },
  },
  {
    name: 'twilio-key',
    prefix: Array.from('0123456789abcdefABCDEF', digit => `SK${digit}`),
    ...{ chars: ANY_HEX, min: 31, max: 31, isExact: true },
  },
  { name: 'brevo-key', prefix: 'xkeysib-', chars: 'A-Za-z0-9-', min: 81, max: 96 },
  { name: 'adobe-secret', prefix: 'p8e-', chars: ALNUM, min: 32, max: 32, isExact: true },
  { name: 'authress-key', prefix: ['scauth_', 'authress_'], chars: 'A-Za-z0-9+/_=.-', min: 60, max: 240 },
  { name: 'duffel-token', prefix: ['duffel_test_', 'duffel_live_'], chars: '=' + URL64, min: 43, max: 64 },
  { name: 'dynatrace-token', prefix: ['dt0c01.', 'dt0s01.'], chars: 'A-Za-z0-9.', min: 80, max: 100 },
  { name: 'easypost-key', prefix: ['EZAK', 'EZTK'], chars: ALNUM, min: 54, max: 54 },
  { name: 'flutterwave-key', prefix: ['FLWSECK_TEST-', 'FLWSECK-'], chars: 'A-Za-z0-9-', min: 12, max: 64 },
  { name: 'frameio-token', prefix: 'fio-u-', chars: '=' + URL64, min: 64, max: 64 },
  { name: 'infracost-key', prefix: 'ico-', chars: ALNUM, min: 32, max: 32, isExact: true },
  { name: 'intra42-secret', prefix: ['s-s4t2ud-', 's-s4t2af-'], chars: ANY_HEX, min: 64, max: 64 },
  { name: 'readme-key', prefix: 'rdme_', chars: 'a-z0-9', min: 70, max: 80 },
  { name: 'settlemint-token', prefix: ['sm_aat_', 'sm_pat_', 'sm_sat_'], chars: ALNUM, min: 16, max: 32 },
  { name: 'shippo-token', prefix: ['shippo_live_', 'shippo_test_'], chars: ANY_HEX, min: 40, max: 40 },
];
