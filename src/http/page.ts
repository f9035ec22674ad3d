import { createHash } from 'node:crypto';

/** A page and the policy that lets a browser run what is written in it, and nothing else. */
export interface Page {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

const INLINE = /<(script|style)\b[^>]*>([\s\S]*?)<\/\1\s*>/gi;

/** Hashes the inline scripts and styles of a page, once. */
export function pageOf(html: string): Page {
  const hashes: Record<'script' | 'style', string[]> = { script: [], style: [] };
  for (const [, tag, text] of html.matchAll(INLINE)) {
    const hash = createHash('sha256').update(text!).digest('base64');
    hashes[tag!.toLowerCase() as 'script' | 'style'].push(`'sha256-${hash}'`);
  }
  const contentSecurityPolicy = [
    "default-src 'none'",
    `script-src ${hashes.script.join(' ') || "'none'"}`,
    `style-src ${hashes.style.join(' ') || "'none'"}`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { html, contentSecurityPolicy };
}
