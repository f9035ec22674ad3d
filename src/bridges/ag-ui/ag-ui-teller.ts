import { MappedTeller } from '../mapped-teller.ts';
import { RunMapper } from '../run-mapper.ts';
import type { Teller } from '../teller.ts';
import { AgUiStream, type AgUiRunOptions } from './ag-ui-stream.ts';
import { AG_UI } from './ag-ui-tongue.ts';
import { AgUiFrames } from './frame-text.ts';

/** One run for one client of AG-UI, which passes over the places behind its frames. */
export function agUiTeller(options: AgUiRunOptions): Teller {
  const frames = new AgUiFrames();
  const place = frames.write.bind(frames);
  return new MappedTeller(new RunMapper(new AgUiStream(options), { ...AG_UI, place }));
}
