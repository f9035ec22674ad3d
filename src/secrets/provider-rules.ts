import type { ProviderRule } from './secret-rule.ts';
import { SERVICE_RULES } from './service-rules.ts';

const ALNUM = 'A-Za-z0-9';
const URL64 = 'A-Za-z0-9_-';
const BASE64 = 'A-Za-z0-9+/=';
const HEX = '0-9a-f';
const ANY_HEX = 'A-Fa-f0-9';

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
  { name: 'nvidia-key', prefix: 'nvapi-', chars: URL64, min: 60, max: 80 },
  { name: 'cerebras-key', prefix: 'csk-', chars: 'a-z0-9', min: 48, max: 48, isExact: true },
  { name: 'together-key', prefix: 'tgp_v1_', chars: URL64, min: 40, max: 64 },
  { name: 'jina-key', prefix: 'jina_', chars: URL64, min: 56, max: 72 },
  { name: 'llamacloud-key', prefix: 'llx-', chars: ALNUM, min: 48, max: 48, isExact: true },
  { name: 'e2b-key', prefix: 'e2b_', chars: HEX, min: 40, max: 40, isExact: true },
  { name: 'firecrawl-key', prefix: 'fc-', chars: HEX, min: 32, max: 32, isExact: true },
  { name: 'apify-token', prefix: 'apify_api_', chars: ALNUM, min: 36, max: 40 },
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
  { name: 'aws-access-key-id', prefix: 'A3T', chars: 'A-Z0-9', min: 17, max: 17, isExact: true },
  { name: 'bedrock-key', prefix: 'ABSK', chars: BASE64, min: 109, max: 272 },
  { name: 'bedrock-key', prefix: 'bedrock-api-key-', chars: BASE64, min: 28, max: 4_096 },
  { name: 'google-api-key', prefix: 'AIza', chars: URL64, min: 35, max: 40 },
  { name: 'google-oauth-secret', prefix: 'GOCSPX-', chars: URL64, min: 24, max: 48 },
  { name: 'google-oauth-token', prefix: 'ya29.', chars: 'A-Za-z0-9_.-', min: 20, max: 2_048 },
  {
    name: 'azure-storage-key',
    prefix: ['AccountKey=', 'SharedAccessKey='],
    ...{ chars: BASE64, min: 40, max: 96, isWhole: false, gap: NO_GAP },
  },
  {
    name: 'azure-client-secret',
    prefix: Array.from('0123456789', digit => `${digit}Q~`),
    ...{ chars: 'A-Za-z0-9_~.-', min: 31, max: 34, isExact: true, isWhole: false },
  },
  { name: 'alibaba-access-key-id', prefix: 'LTAI', chars: ALNUM, min: 12, max: 26, isMixed: true },
  { name: 'cloudflare-origin-key', prefix: 'v1.0-', chars: 'a-f0-9-', min: 171, max: 171 },
  { name: 'clickhouse-key', prefix: '4b1d', chars: ALNUM, min: 38, max: 38, isExact: true },
  { name: 'digitalocean-token', prefix: ['dop_v1_', 'doo_v1_', 'dor_v1_'], chars: ANY_HEX, min: 64, max: 64 },
  { name: 'databricks-token', prefix: 'dapi', chars: 'a-f0-9-', min: 32, max: 36 },
  { name: 'vault-token', prefix: ['hvs.', 'hvb.', 'hvr.'], chars: URL64, min: 24, max: 320 },
  { name: 'doppler-token', prefix: ['dp.pt.', 'dp.st.', 'dp.ct.'], chars: 'A-Za-z0-9_.', min: 40, max: 80 },
  { name: 'pulumi-token', prefix: 'pul-', chars: HEX, min: 40, max: 40, isExact: true },
  { name: 'supabase-token', prefix: ['sbp_', 'sb_secret_'], chars: URL64, min: 30, max: 64, isMixed: true },
  { name: 'planetscale-token', prefix: 'pscale_', chars: 'A-Za-z0-9_=.-', min: 32, max: 80 },
  { name: 'age-key', prefix: 'AGE-SECRET-KEY-1', chars: 'A-Z0-9', min: 58, max: 58 },
  { name: '1password-token', prefix: 'ops_eyJ', chars: '=+/' + URL64, min: 100, max: 2_048 },
  { name: '1password-secret-key', prefix: 'A3-', chars: 'A-Z0-9-', min: 35, max: 36, isMixed: true },
  { name: 'fly-token', prefix: 'fo1_', chars: URL64, min: 43, max: 64 },
  { name: 'fly-token', prefix: ['fm1a_', 'fm1r_', 'fm2_'], chars: BASE64 + ',_', min: 100, max: 2_048 },
  { name: 'heroku-key', prefix: 'HRKU-', chars: URL64, min: 36, max: 64 },
  { name: 'openshift-token', prefix: 'sha256~', chars: URL64, min: 43, max: 43 },
  { name: 'scalingo-token', prefix: 'tk-us-', chars: URL64, min: 48, max: 48 },
  { name: 'prefect-token', prefix: ['pnu_', 'pnb_'], chars: ALNUM, min: 36, max: 36, isExact: true },
  {
    name: 'terraform-token',
    prefix: '.atlasv1.',
    ...{ chars: '=' + URL64, min: 60, max: 72, isWhole: false },
  },
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
  { name: 'gitlab-token', prefix: 'GR1348941', chars: URL64, min: 20, max: 64 },
  {
    name: 'gitlab-session',
    prefix: '_gitlab_session=',
    ...{ chars: 'a-z0-9', min: 32, max: 32, isExact: true, isWhole: false, gap: NO_GAP },
  },
  { name: 'artifactory-key', prefix: 'AKCp', chars: ALNUM, min: 69, max: 80 },
  { name: 'artifactory-key', prefix: 'cmVmd', chars: ALNUM, min: 59, max: 59, isExact: true },
  { name: 'clojars-token', prefix: 'CLOJARS_', chars: ALNUM, min: 60, max: 60 },
  { name: 'harness-key', prefix: ['pat.', 'sat.'], chars: 'A-Za-z0-9_.-', min: 68, max: 72, isMixed: true },
  { name: 'octopus-key', prefix: 'API-', chars: 'A-Z0-9', min: 26, max: 26, isExact: true, isMixed: true },
  { name: 'sourcegraph-token', prefix: 'sgp_', chars: 'A-Za-z0-9_', min: 40, max: 64 },
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
  { name: 'postman-key', prefix: 'PMAK-', chars: 'A-Fa-f0-9-', min: 50, max: 64 },
  { name: 'sentry-token', prefix: ['sntrys_', 'sntryu_'], chars: '=+/' + URL64, min: 40, max: 512 },
  { name: 'grafana-token', prefix: ['glc_', 'glsa_'], chars: BASE64 + '_', min: 32, max: 400 },
  { name: 'newrelic-key', prefix: 'NRAK-', chars: 'A-Z0-9', min: 27, max: 27 },
  ...SERVICE_RULES,
  // tokens in a second coat
  { name: 'jwt-base64', prefix: 'ZXlK', chars: '=+/' + URL64, min: 40, max: 8_192 },
  { name: 'grafana-token', prefix: 'eyJrIjoi', chars: BASE64, min: 70, max: 400 },
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
