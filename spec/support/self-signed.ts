import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for 127.0.0.1 that nobody else has signed, and its key: paths of files. */
export interface SelfSigned {
  readonly certificate: string;
  readonly key: string;
  remove(): void;
}

/** Made anew, good for a day, by the program openssl. */
export function selfSigned(): SelfSigned {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-tls-'));
  const [certificate, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...made, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  return { certificate, key, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
