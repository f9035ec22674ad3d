type Child = Node | string;

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Makes an element. Attributes that are `false` or `undefined` are left out; text is never read as HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

/** The element of the page with this id, which is known to be there. */
export function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}

/** Sets text only where it differs, so that selections and screen readers are left in peace. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
