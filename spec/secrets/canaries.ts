/** Made of parts, so that no file holds a text that looks like a secret. */
export function canary(prefix: string, length: number, letters = 'aB3dE5gH7jK9mN2pQ4'): string {
  return prefix + Array.from({ length }, (_, at) => letters[(at * 7) % letters.length]).join('');
}

/** A key block as PEM has it, of so many lines. */
export function keyBlock(lines: number, label = 'PRIVATE KEY', lineBreak = '\n'): string {
  const edge = '-'.repeat(5);
  const body = Array.from({ length: lines }, (_, line) => canary(`M${line % 10}`, 62));
  return [`${edge}BEGIN ${label}${edge}`, ...body, `${edge}END ${label}${edge}`].join(lineBreak);
}

/** A token of three parts, as JSON Web Tokens are. */
export function token(payload = 40): string {
  const part = (json: string): string => Buffer.from(json).toString('base64url');
  return [part('{"alg":"HS256","typ":"JWT"}'), part(`{"sub":"${'7'.repeat(payload)}"}`), canary('', 43)].join(
    '.',
  );
}

const HEX = '0123456789abcdef';
const SMALL = 'a2b3c4d5e6f7g';
const CAPITALS = 'A2B3C4D5E6F7G';

/** One secret for each rule: what it stands in, and the part of it that may not be seen. */
export const CANARIES: Readonly<Record<string, readonly [before: string, secret: string, behind: string]>> = {
  'openai-key': ['', canary('sk-' + 'proj-', 120), ''],
  'anthropic-key': ['', canary('sk-' + 'ant-api03-', 93), ''],
  'api-key': ['key: ', canary('sk-', 48), ''],
  'huggingface-token': ['', canary('hf' + '_', 34), ''],
  'groq-key': ['', canary('gsk' + '_', 52), ''],
  'xai-key': ['', canary('xai' + '-', 80), ''],
  'perplexity-key': ['', canary('pplx' + '-', 48), ''],
  'replicate-token': ['', canary('r8' + '_', 37), ''],
  'langsmith-key': ['', canary('lsv2' + '_pt_', 40, HEX), ''],
  'tavily-key': ['', canary('tvly' + '-', 32), ''],
  'pinecone-key': ['', canary('pcsk' + '_', 60), ''],
  'aws-access-key-id': ['id=', canary('AK' + 'IA', 16, CAPITALS), '&'],
  'aws-secret-key': ['"SecretAccessKey": "', canary('', 40), '"'],
  'google-api-key': ['?key=', canary('AI' + 'za', 35), '&x'],
  'google-oauth-secret': ['', canary('GOC' + 'SPX-', 28), ''],
  'google-oauth-token': ['', canary('ya29' + '.', 120), ''],
  'azure-storage-key': ['AccountName=x;AccountKey=', canary('', 86) + '==', ';'],
  'digitalocean-token': ['', canary('dop' + '_v1_', 64, HEX), ''],
  'databricks-token': ['', canary('da' + 'pi', 32, HEX), ''],
  'vault-token': ['', canary('hvs' + '.', 90), ''],
  'doppler-token': ['', canary('dp.' + 'pt.', 43), ''],
  'pulumi-token': ['', canary('pul' + '-', 40, HEX), ''],
  'supabase-token': ['', canary('sbp' + '_', 40, HEX), ''],
  'planetscale-token': ['', canary('pscale' + '_tkn_', 43), ''],
  'age-key': ['', canary('AGE-SECRET' + '-KEY-1', 58, CAPITALS), ''],
  '1password-token': ['', canary('ops' + '_eyJ', 200), ''],
  'github-token': ['', canary('gh' + 'p_', 36), ''],
  'gitlab-token': ['', canary('gl' + 'pat-', 20), ''],
  'npm-token': ['', canary('npm' + '_', 36), ''],
  'npmrc-token': ['//host.test/:_authToken=', canary('', 36), '\n'],
  'pypi-token': ['', canary('pypi' + '-AgE', 150), ''],
  'rubygems-key': ['', canary('rubygems' + '_', 48, HEX), ''],
  'docker-token': ['', canary('dckr' + '_pat_', 27), ''],
  'postman-key': ['', canary('PM' + 'AK-', 59, HEX), ''],
  'sentry-token': ['', canary('sntrys' + '_', 100), ''],
  'grafana-token': ['', canary('gl' + 'sa_', 41), ''],
  'newrelic-key': ['', canary('NR' + 'AK-', 27, CAPITALS), ''],
  'slack-token': ['', canary('xo' + 'xb-', 50), ''],
  'slack-webhook': ['https://', canary('hooks.slack' + '.com/services/', 44), ''],
  'discord-webhook': ['https://', canary('discord' + '.com/api/webhooks/', 88), ''],
  'stripe-key': ['', canary('sk' + '_live_', 24), ''],
  'stripe-webhook-secret': ['', canary('wh' + 'sec_', 32), ''],
  'square-token': ['', canary('sq0' + 'atp-', 22), ''],
  'shopify-token': ['', canary('shp' + 'at_', 32, HEX), ''],
  'sendgrid-key': ['', `${canary('SG' + '.', 22)}.${canary('', 43)}`, ''],
  'mailgun-key': ['', canary('key' + '-', 32, HEX), ''],
  'linear-key': ['', canary('lin' + '_api_', 40), ''],
  'notion-token': ['', canary('ntn' + '_', 46), ''],
  'atlassian-token': ['', canary('ATA' + 'TT3', 180), ''],
  'figma-token': ['', canary('fig' + 'd_', 40), ''],
  'nvidia-key': ['', canary('nv' + 'api-', 64), ''],
  'cerebras-key': ['', canary('cs' + 'k-', 48, SMALL), ''],
  'together-key': ['', canary('tgp' + '_v1_', 43), ''],
  'jina-key': ['', canary('jin' + 'a_', 60), ''],
  'llamacloud-key': ['', canary('ll' + 'x-', 48), ''],
  'e2b-key': ['', canary('e2' + 'b_', 40, HEX), ''],
  'firecrawl-key': ['', canary('f' + 'c-', 32, HEX), ''],
  'apify-token': ['', canary('apify' + '_api_', 36), ''],
  'bedrock-key': ['', canary('AB' + 'SK', 128), ''],
  'azure-client-secret': ['"abc', canary('8' + 'Q~', 34), '"'],
  'alibaba-access-key-id': ['', canary('LT' + 'AI', 20), ''],
  'cloudflare-origin-key': ['', canary('v1' + '.0-', 171, HEX), ''],
  'clickhouse-key': ['', canary('4b' + '1d', 38), ''],
  '1password-secret-key': ['', canary('A' + '3-', 36, CAPITALS), ''],
  'fly-token': ['', canary('fo' + '1_', 43), ''],
  'heroku-key': ['', canary('HRK' + 'U-AA', 58), ''],
  'openshift-token': ['', canary('sha' + '256~', 43), ''],
  'scalingo-token': ['', canary('tk' + '-us-', 48), ''],
  'prefect-token': ['', canary('pn' + 'u_', 36), ''],
  'terraform-token': ['', canary('.atlas' + 'v1.', 67), ''],
  'gitlab-session': ['_gitlab_' + 'session=', canary('', 32, SMALL), ';'],
  'artifactory-key': ['', canary('AK' + 'Cp', 69), ''],
  'clojars-token': ['', canary('CLO' + 'JARS_', 60), ''],
  'harness-key': ['', canary('pa' + 't.', 68), ''],
  'octopus-key': ['', canary('AP' + 'I-', 26, CAPITALS), ''],
  'sourcegraph-token': ['', canary('sg' + 'p_', 40, HEX), ''],
  'facebook-token': ['', canary('EA' + 'AC', 120), ''],
  'teams-webhook': ['https://x', canary('.webhook.office' + '.com/webhookb2/', 90), ''],
  'twilio-key': ['', canary('S' + 'K', 32, HEX), ''],
  'brevo-key': ['', canary('xkey' + 'sib-', 81, HEX), ''],
  'adobe-secret': ['', canary('p8' + 'e-', 32), ''],
  'authress-key': ['', canary('scauth' + '_', 80), ''],
  'duffel-token': ['', canary('duffel' + '_live_', 43), ''],
  'dynatrace-token': ['', canary('dt0' + 'c01.', 89), ''],
  'easypost-key': ['', canary('EZ' + 'AK', 54), ''],
  'flutterwave-key': ['', canary('FLW' + 'SECK-', 34), ''],
  'frameio-token': ['', canary('fio' + '-u-', 64), ''],
  'infracost-key': ['', canary('ic' + 'o-', 32), ''],
  'intra42-secret': ['', canary('s-s4t' + '2ud-', 64, HEX), ''],
  'readme-key': ['', canary('rd' + 'me_', 70, SMALL), ''],
  'settlemint-token': ['', canary('sm_' + 'aat_', 16), ''],
  'shippo-token': ['', canary('shippo' + '_live_', 40, HEX), ''],
  'jwt-base64': ['', canary('ZX' + 'lK', 120), ''],
  'bearer-token': ['Authorization: Bearer ', canary('', 40), ''],
  'basic-credentials': ['authorization: Basic ', canary('', 24), ''],
  'private-key': ['', keyBlock(20), ''],
  jwt: ['', token(), ''],
  'url-password': ['postgres://app:', canary('', 20), '@db.test:5432/x'],
  assignment: ['API_KEY="', canary('', 24), '"'],
};
