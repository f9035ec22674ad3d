// @ts-check
import { defineAgent } from 'sluice';

export const hello = defineAgent({
  name: 'hello',
  run: ctx => {
    for (const word of ['Hello ', 'there']) ctx.token(word);
    return 'done';
  },
});
