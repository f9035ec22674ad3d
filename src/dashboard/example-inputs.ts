/** Input to begin with, for the agents of a demo server. */
export const EXAMPLES: Readonly<Record<string, unknown>> = {
  survey: { seconds: 8 },
  echo: { text: 'Every word of this sentence is an event of its run.', delayMs: 120 },
  script: {
    steps: [
      { type: 'progress', data: { step: 'plan', fraction: 0.3 } },
      { type: 'token', data: { content: 'From a script. ' }, delayMs: 600 },
      { type: 'custom:note', data: { mood: 'calm' }, delayMs: 600 },
      { type: 'progress', data: { step: 'done', fraction: 1 }, delayMs: 600 },
    ],
  },
};
