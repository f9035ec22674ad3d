import type { ProviderRule } from './secret-rule.ts';

const ALNUM = 'A-Za-z0-9';
const URL64 = 'A-Za-z0-9_-';
const BASE64 = 'A-Za-z0-9+/=';
const HEX = '0-9a-f';

/** Between a name and its value, in code, JSON, YAML and shells, also inside a JSON string. */
const ASSIGNS = { chars: ' \t"\'`=:>,\\', min: 1, max: 12 };

/** The secret follows at once, and only it is masked. */
const NO_GAP = { chars: ' ', min: 0, max: 0 };

/** Written from the formats that the providers publish; `docs/guides/secrets.md` has the table. */
export const PROVIDER_RULES: readonly ProviderRule[] = [
  // models
  { name: 'openai-key', prefix: ['sk-proj-', 'sk-svcacct-', 'sk-admin-'], chars: URL64, min: 20, max: 256 },
  { name: 'anthropic-key', prefix: 'sk-ant-', chars: URL64, min: 20, max: 256 },
  { name: 'api-key', prefix: 'sk-', chars: URL64, min: 20, max: 256, isMixed: true },
  { name: 'huggingface-token', prefix: ['hf_', 'api_org_'], chars: ALNUM, min: 30, max: 64, isMixed: true },
  { name: 'groq-key', prefix: 'gsk_', chars: ALNUM, min: 40, max: 64 },
  { name: 'xai-key', prefix: 'xai-', chars: ALNUM, min: 60, max: 100 },
  { name: 'perplexity-key', prefix: 'pplx-', chars: ALNUM, min: 40, max: 64 },
  { name: 'replicate-token', prefix: 'r8_', chars: ALNUM, min: 30, max: 48, isMixed: true },
  { name: 'langsmith-key', prefix: ['lsv2_pt_', 'lsv2_sk_'], chars: 'A-Za-z0-9_', min: 32, max: 64 },
  { name: 'tavily-key', prefix: 'tvly-', chars: URL64, min: 20, max: 64, isMixed: true },
  { name: 'pinecone-key', prefix: 'pcsk_', chars: 'A-Za-z0-9_', min: 40, max: 100 },
  // clouds
  { name: 'aws-access-key-id', prefix: ['AKIA', 'ASIA', 'ABIA', 'ACCA'], chars: 'A-Z0-9', min: 16, max: 16 },
  {
    name: 'aws-secret-key',
    prefix: [
      ...['aws_secret_access_key', 'AWS_SECRET_ACCESS_KEY', 'SecretAccessKey', 'secretAccessKey'],
      ...['aws_secret_key', 'AWS_SECRET_KEY', 'secret_access_key', 'awsSecretAccessKey'],
    ],
    ...{ chars: BASE64, min: 40, max: 40, isExact: true, isWhole: false, gap: ASSIGNS },
  },
  { name: 'google-api-key', prefix: 'AIza', chars: URL64, min: 35, max: 40 },
  { name: 'google-oauth-secret', prefix: 'GOCSPX-', chars: URL64, min: 24, max: 48 },
  { name: 'google-oauth-token', prefix: 'ya29.', chars: 'A-Za-z0-9_.-', min: 20, max: 2_048 },
  {
    name: 'azure-storage-key',
    prefix: ['AccountKey=', 'SharedAccessKey='],
    ...{ chars: BASE64, min: 40, max: 96, isWhole: false, gap: NO_GAP },
  },
  { name: 'digitalocean-token', prefix: ['dop_v1_', 'doo_v1_', 'dor_v1_'], chars: HEX, min: 64, max: 64 },
  { name: 'databricks-token', prefix: 'dapi', chars: 'a-f0-9-', min: 32, max: 36 },
  { name: 'vault-token', prefix: ['hvs.', 'hvb.', 'hvr.'], chars: URL64, min: 24, max: 256 },
  { name: 'doppler-token', prefix: ['dp.pt.', 'dp.st.', 'dp.ct.'], chars: 'A-Za-z0-9_.', min: 40, max: 80 },
  { name: 'pulumi-token', prefix: 'pul-', chars: HEX, min: 40, max: 40, isExact: true },
  { name: 'supabase-token', prefix: ['sbp_', 'sb_secret_'], chars: URL64, min: 30, max: 64, isMixed: true },
  { name: 'planetscale-token', prefix: 'pscale_', chars: 'A-Za-z0-9_=.-', min: 32, max: 80 },
  { name: 'age-key', prefix: 'AGE-SECRET-KEY-1', chars: 'A-Z0-9', min: 58, max: 58 },
  { name: '1password-token', prefix: 'ops_eyJ', chars: '=+/' + URL64, min: 100, max: 2_048 },
  // code and packages
  { name: 'github-token', prefix: ['ghp_', 'gho_', 'ghu_', 'ghr_'], chars: ALNUM, min: 36, max: 255 },
  { name: 'github-token', prefix: 'ghs_', chars: 'A-Za-z0-9_.-', min: 36, max: 1_024 },
  { name: 'github-token', prefix: 'github_pat_', chars: 'A-Za-z0-9_', min: 36, max: 255 },
  {
    name: 'gitlab-token',
    prefix: [
      ...['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-', 'glft-', 'glsoat-', 'glimt-', 'glagent-', 'gloas-'],
      ...['glffct-'],
    ],
    ...{ chars: 'A-Za-z0-9_.-', min: 20, max: 320 },
  },
  { name: 'npm-token', prefix: 'npm_', chars: ALNUM, min: 36, max: 64 },
  {
    name: 'npmrc-token',
    prefix: [':_authToken', ':_auth', ':_password'],
    ...{
      chars: 'A-Za-z0-9_./+=-',
      min: 16,
      max: 512,
      isWhole: false,
      gap: { chars: ' ="\'', min: 1, max: 4 },
    },
  },
  { name: 'pypi-token', prefix: 'pypi-AgE', chars: URL64, min: 50, max: 1_024 },
  { name: 'rubygems-key', prefix: 'rubygems_', chars: HEX, min: 48, max: 48 },
  { name: 'docker-token', prefix: ['dckr_pat_', 'dckr_oat_'], chars: URL64, min: 24, max: 64 },
  { name: 'postman-key', prefix: 'PMAK-', chars: 'a-f0-9-', min: 50, max: 64 },
  { name: 'sentry-token', prefix: ['sntrys_', 'sntryu_'], chars: '=+/' + URL64, min: 40, max: 512 },
  { name: 'grafana-token', prefix: ['glc_', 'glsa_'], chars: BASE64 + '_', min: 32, max: 400 },
  { name: 'newrelic-key', prefix: 'NRAK-', chars: 'A-Z0-9', min: 27, max: 27 },
  // messages, payments, work
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
    ...{ chars: 'A-Za-z0-9.%+/=-', min: 16, max: 512 },
  },
  {
    name: 'slack-webhook',
    prefix: ['hooks.slack.com/services/', 'hooks.slack.com/workflows/', 'hooks.slack.com/triggers/'],
    ...{ chars: 'A-Za-z0-9/', min: 20, max: 120 },
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
  { name: 'sendgrid-key', prefix: 'SG.', chars: 'A-Za-z0-9_.-', min: 60, max: 80, isMixed: true },
  { name: 'mailgun-key', prefix: 'key-', chars: HEX, min: 32, max: 32, isExact: true },
  { name: 'linear-key', prefix: ['lin_api_', 'lin_oauth_'], chars: ALNUM, min: 40, max: 64 },
  { name: 'notion-token', prefix: 'ntn_', chars: ALNUM, min: 40, max: 64 },
  { name: 'atlassian-token', prefix: 'ATATT3', chars: 'A-Za-z0-9_=-', min: 100, max: 300 },
  { name: 'figma-token', prefix: ['figd_', 'figu_'], chars: URL64, min: 36, max: 64 },
  // headers
  {
    name: 'bearer-token',
    prefix: ['Bearer ', 'bearer ', 'BEARER '],
    ...{ chars: 'A-Za-z0-9._~+/=-', min: 16, max: 4_096, isMixed: true, gap: { chars: ' ', min: 0, max: 4 } },
  },
  {
    name: 'basic-credentials',
    prefix: ['Basic ', 'basic '],
    ...{ chars: BASE64, min: 12, max: 1_024, isMixed: true, gap: { chars: ' ', min: 0, max: 4 } },
  },
];

/** What a name that sounds like a secret is set to. Off unless asked for: it also hits what is none. */
export const ASSIGNMENT_RULE: ProviderRule = {
  name: 'assignment',
  prefix: ['password', 'passwd', 'secret', 'token', 'api_key', 'apikey', 'apiKey'].flatMap(word => [
    word,
    word.toUpperCase(),
    word[0]!.toUpperCase() + word.slice(1),
  ]),
  ...{
    chars: 'A-Za-z0-9_.+/=!@#%^&*-',
    min: 12,
    max: 128,
    isWhole: false,
    entropy: 3.2,
    isMixed: true,
    gap: ASSIGNS,
  },
};
