// Installs what is missing: npm packages always; with --tools also the programs that specs start. Plain Node,
// since it runs before there is a node_modules.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const TOOLS = [
  {
    env: 'REDIS_URL',
    commands: ['redis-server'],
    debian: ['redis-server'],
    for: 'specs against a real Redis',
  },
  {
    env: 'CHROME_PATH',
    commands: ['chromium', 'chromium-headless-shell', 'google-chrome', 'google-chrome-stable'],
    // Older releases have no package of the shell alone.
    debian: ['chromium-headless-shell', 'chromium'],
    for: 'specs in a real browser',
  },
  {
    env: 'NGINX_PATH',
    commands: ['nginx'],
    debian: ['nginx'],
    for: 'specs of several servers behind a real nginx',
  },
  {
    env: 'KCAT_PATH',
    commands: ['kcat'],
    debian: ['kcat'],
    for: 'specs against brokers that speak the wire of Kafka',
  },
];
/** Packages of servers start them at once; while this file says so, none is. What is there stays as it is. */
const UNSTARTED = `
file=/usr/sbin/policy-rc.d
[ -e "$file" ] && exec "$@"
printf '#!/bin/sh\\nexit 101\\n' > "$file" && chmod 755 "$file"
"$@"
status=$?
rm -f "$file"
exit "$status"
`;
let lastAptError = '';

if (!packagesInstalled()) installPackages();
if (process.argv.includes('--tools')) installTools(TOOLS.filter(tool => !present(tool)));

/** Whether each package of the lock is there in its version. Packages for other platforms may be absent. */
function packagesInstalled() {
  if (!existsSync(`${ROOT}node_modules/.package-lock.json`)) return false;
  const wanted = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')).packages;
  const found = JSON.parse(readFileSync(`${ROOT}node_modules/.package-lock.json`, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional, peer }]) =>
      path === '' || found[path]?.version === version || (!found[path] && (optional || peer)),
  );
}

function installPackages() {
  console.log('Installing npm packages (npm ci)');
  // A silent npm above would hide why this one fails; NODE_ENV=production would leave out the build tools.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel', 'error'];
  const { status } = spawnSync('npm', args, {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    stop(['npm ci failed, see above. Check that the npm registry can be reached, then run again.']);
}

function installTools(missing) {
  if (missing.length === 0) return;
  console.log(`Installing ${missing.map(tool => tool.commands[0]).join(' and ')} (apt-get)`);
  if (!onPath('apt-get')) stop(missing.map(advice));
  const failed = missing.filter(tool => !tool.debian.some(name => apt('install', name)));
  if (failed.length > 0) {
    // A machine that never ran apt-get has no package lists.
    apt('update');
    const stillMissing = failed.filter(tool => !tool.debian.some(name => apt('install', name)));
    if (stillMissing.length > 0) stop([lastAptError, ...stillMissing.map(advice)]);
  }
}

function present({ env, commands }) {
  return Boolean(process.env[env]) || commands.some(onPath);
}

function onPath(command) {
  // Where Debian has servers, which is on the path of root alone.
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
  return folders.some(folder => existsSync(`${folder}/${command}`));
}

function apt(verb, ...names) {
  const words = [
    'sh',
    '-c',
    UNSTARTED,
    'sh',
    'apt-get',
    '-q',
    '-o',
    'DPkg::Lock::Timeout=120',
    verb,
    '-y',
    '--no-install-recommends',
    ...names,
  ];
  const [command, ...args] = process.getuid?.() === 0 ? words : ['sudo', '-n', ...words];
  const { status, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0)
    lastAptError = `${words.slice(words.indexOf('apt-get')).join(' ')}: ${(error?.message ?? stderr).trim()}`;
  return status === 0;
}

function advice({ commands, env, for: purpose }) {
  return `${commands[0]} is missing and could not be installed; it is needed for ${purpose}. Install it by hand or set ${env}.`;
}

function stop(lines) {
  console.error(lines.filter(Boolean).join('\n'));
  process.exit(1);
}
