import type { RunArtifact, RunState } from '../client/index.ts';
import { copyButton } from './copy-button.ts';
import { element, setText } from './element.ts';
import { Prose } from './prose.ts';

const LONGEST = 200_000;

interface Drawn {
  readonly item: HTMLElement;
  readonly summary: HTMLElement;
  readonly body: HTMLElement;
  readonly opened: HTMLDetailsElement;
  artifact: RunArtifact;
}

/** What a run has made, each to be opened. */
export class ArtifactList {
  readonly element = element('ul', { class: 'artifacts' });
  readonly #drawn = new Map<string, Drawn>();
  #shown: RunState['artifacts'] = [];

  draw({ artifacts }: RunState): void {
    if (artifacts === this.#shown) return;
    this.#shown = artifacts;
    const ids = new Set(artifacts.map(({ artifactId }) => artifactId));
    for (const [id, { item }] of this.#drawn) {
      if (ids.has(id)) continue;
      item.remove();
      this.#drawn.delete(id);
    }
    for (const artifact of artifacts) this.#drawOne(artifact);
  }

  #drawOne(artifact: RunArtifact): void {
    const { artifactId, artifactType, name, data, isComplete } = artifact;
    const known = this.#drawn.get(artifactId);
    if (known?.artifact === artifact) return;
    const drawn = known ?? this.#add(artifact);
    drawn.artifact = artifact;
    const size = textOf(data).length.toLocaleString('en');
    setText(drawn.summary, `${artifactType} · ${size} characters${isComplete ? '' : ' so far'}`);
    setText(drawn.opened.querySelector('.name')!, name ?? artifactId);
    if (drawn.opened.open) show(drawn);
  }

  #add(artifact: RunArtifact): Drawn {
    const summary = element('span', { class: 'detail' });
    const body = element('div', { class: 'artifact' });
    const opened = element(
      'details',
      {},
      element('summary', {}, element('span', { class: 'name' }), summary),
      copyButton('Copy', () => textOf(drawn.artifact.data)),
      body,
    );
    const drawn: Drawn = { item: element('li', {}, opened), summary, body, opened, artifact };
    opened.addEventListener('toggle', () => opened.open && show(drawn));
    this.#drawn.set(artifact.artifactId, drawn);
    this.element.append(drawn.item);
    return drawn;
  }
}

function show({ body, artifact: { data, artifactType, name } }: Drawn): void {
  const text = textOf(data).slice(0, LONGEST);
  const { mediaType = artifactType } = Object(data) as { readonly mediaType?: string };
  if (/^data:image\/(?:png|jpeg|gif|webp);base64,/.test(text)) {
    body.replaceChildren(element('img', { src: text, alt: name ?? 'Image' }));
  } else if (String(mediaType).includes('markdown')) {
    const prose = new Prose();
    prose.append(`${text}\n`);
    body.replaceChildren(prose.element);
  } else {
    body.replaceChildren(element('pre', {}, text));
  }
}

/** The text of an artifact, or all of it as JSON. */
function textOf(data: unknown): string {
  if (typeof data === 'string') return data;
  const { text } = Object(data) as { readonly text?: unknown };
  return typeof text === 'string' ? text : JSON.stringify(data, undefined, 2);
}
