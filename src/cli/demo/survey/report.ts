import type { FileFacts } from './read-file-facts.ts';

/** What a survey found. */
export interface SurveyFindings {
  readonly folder: string;
  readonly folders: number;
  readonly skipped: number;
  readonly unreadable: readonly string[];
  /** Where it stopped, if it did. */
  readonly bounds: readonly string[];
  readonly facts: readonly FileFacts[];
}

interface Sum {
  readonly name: string;
  readonly files: number;
  readonly lines: number;
  readonly bytes: number;
}

/** What the surveyed folder itself is called. */
const TOP = 'top folder';
const MOST_KINDS = 8;
const MOST_FILES = 8;
const MOST_PLACES = 10;

/** The report of a survey, as Markdown. Pure. */
export function surveyReport(findings: SurveyFindings): string {
  const { folder, facts, folders, skipped, unreadable, bounds } = findings;
  const { files, lines, bytes } = sumOf('all', facts);
  const kinds = sumsBy(facts, ({ kind }) => kind);
  const places = sumsBy(facts, ({ path }) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : TOP));
  const largest = [...facts].sort((a, b) => b.lines - a.lines || b.bytes - a.bytes).slice(0, MOST_FILES);
  const [first] = kinds;
  return [
    `# Survey of ${folder}`,
    '',
    `**${number(files)} files** in ${number(folders)} folders hold **${number(lines)} lines** of text, ${size(bytes)} in all.` +
      (first && lines > 0
        ? ` Most of it is \`${first.name}\`: ${share(first.lines, lines)} of the lines.`
        : ''),
    '',
    '## What it is made of',
    '',
    '| kind | files | lines | size |',
    '|---|--:|--:|--:|',
    ...rows(kinds, MOST_KINDS),
    '',
    '## Where it is',
    '',
    '| folder | files | lines | size |',
    '|---|--:|--:|--:|',
    ...rows(places, MOST_PLACES),
    '',
    '## The longest files',
    '',
    ...largest.map(file => `- \`${file.path}\`, ${number(file.lines)} lines`),
    '',
    '## What was left out',
    '',
    `- ${plural(skipped, 'entry', 'entries')} that ${skipped === 1 ? 'is a link or was' : 'are links or were'} made by tools`,
    `- ${plural(unreadable.length, 'entry', 'entries')} that could not be read`,
    ...bounds.map(bound => `- everything beyond ${bound}: the survey stops there`),
    '',
  ].join('\n');
}

/** How many files, lines and bytes there are. */
export function sumOf(name: string, facts: readonly FileFacts[]): Sum {
  return {
    name,
    files: facts.length,
    lines: facts.reduce((sum, { lines }) => sum + lines, 0),
    bytes: facts.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function sumsBy(facts: readonly FileFacts[], nameOf: (file: FileFacts) => string): Sum[] {
  const groups = new Map<string, FileFacts[]>();
  for (const file of facts) {
    const group = groups.get(nameOf(file));
    if (group) group.push(file);
    else groups.set(nameOf(file), [file]);
  }
  return [...groups]
    .map(([name, group]) => sumOf(name, group))
    .sort((a, b) => b.lines - a.lines || b.bytes - a.bytes);
}

function rows(sums: readonly Sum[], most: number): string[] {
  const row = ({ name, files, lines, bytes }: Sum, label = name === TOP ? name : `\`${name}\``): string =>
    `| ${label} | ${number(files)} | ${number(lines)} | ${size(bytes)} |`;
  const rest = sums.slice(most);
  const total = (pick: (sum: Sum) => number): number => rest.reduce((sum, each) => sum + pick(each), 0);
  return [
    ...sums.slice(0, most).map(sum => row(sum)),
    ...(rest.length > 0
      ? [
          row(
            {
              name: '',
              files: total(({ files }) => files),
              lines: total(({ lines }) => lines),
              bytes: total(({ bytes }) => bytes),
            },
            `${rest.length} more`,
          ),
        ]
      : []),
  ];
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function share(part: number, whole: number): string {
  return `${Math.round((100 * part) / whole)} %`;
}

function plural(count: number, one: string, many: string): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

function size(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  return bytes < 1_024 * 1_024
    ? `${Math.round(bytes / 1_024)} KB`
    : `${(bytes / 1_024 / 1_024).toFixed(1)} MB`;
}
