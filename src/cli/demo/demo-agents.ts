import type { EngineOptions } from '../../index.ts';
import { echoAgent } from './echo-agent.ts';
import { scriptAgent } from './script-agent.ts';
import { slowAgent } from './slow-agent.ts';
import { surveyAgent } from './survey/survey-agent.ts';

/** What a server with `--demo` can run: agents that need neither a network nor a key. */
export function demoAgents(surveyed: string): NonNullable<EngineOptions['agents']> {
  return [surveyAgent(surveyed), echoAgent, scriptAgent, slowAgent];
}
