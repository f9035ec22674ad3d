const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
] as const;

/** Milliseconds as people read them: `0 ms`, `1.2 s`, `2m 05s`, `3h 07m`, `2d 04h`. Pure. */
export function durationText(ms: number): string {
  if (!(ms >= 0)) return '';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  // 59,950 ms and more would read 60.0 s.
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const [size, unit] = UNITS.find(([each]) => seconds * 1_000 >= each)!;
  const smaller = unit === 'd' ? 3_600 : unit === 'h' ? 60 : 1;
  const whole = Math.floor((seconds * 1_000) / size);
  const rest = Math.floor((seconds - (whole * size) / 1_000) / smaller);
  return `${whole}${unit} ${String(rest).padStart(2, '0')}${unit === 'd' ? 'h' : unit === 'h' ? 'm' : 's'}`;
}

/** Milliseconds between two times; `undefined` while one of them is not there. */
export function timeBetween(from: string | undefined, to: string | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Date.parse(to) - Date.parse(from);
}
