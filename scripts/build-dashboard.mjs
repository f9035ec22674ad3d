import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Makes dist/dashboard/index.html of src/dashboard/page.html, with page.css and page.ts inlined at its
 * `<link href="page.css">` and `<script src="page.ts">`: one file, nothing to load from anywhere else.
 */
export async function buildDashboard(root) {
  const source = join(root, 'src/dashboard');
  if (!existsSync(join(source, 'page.html'))) return;
  const [script, style] = await Promise.all([
    bundle(join(source, 'page.ts')),
    bundle(join(source, 'page.css')),
  ]);
  const page = [
    { tag: /<link\b[^>]*\bhref="(?:\.\/)?page\.css"[^>]*>/, text: `<style>${style}</style>` },
    {
      tag: /<script\b[^>]*\bsrc="(?:\.\/)?page\.[tj]s"[^>]*>\s*<\/script>/,
      // A classic script would run before the body is there.
      text: `<script type="module">${script.replaceAll('</script', '<\\/script')}</script>`,
    },
  ].reduce(inline, readFileSync(join(source, 'page.html'), 'utf8'));
  mkdirSync(join(root, 'dist/dashboard'), { recursive: true });
  writeFileSync(join(root, 'dist/dashboard/index.html'), page);
}

function inline(html, { tag, text }) {
  if (!tag.test(html)) throw new Error(`src/dashboard/page.html: expected a tag like ${tag}, got none.`);
  // A function, since a replacement string would interpret the dollar signs of the script.
  return html.replace(tag, () => text);
}

async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  });
  return outputFiles[0].text.trim();
}
