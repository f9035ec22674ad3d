import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './settle.ts';

/** Brokers of Kafka, as librdkafka brings them along for tests: its wire and its groups, four partitions a topic. */
export interface KafkaCluster {
  readonly brokers: string[];
  /** Answers nobody from now on. */
  stall(): void;
  goOn(): void;
  close(): Promise<void>;
}

/** Starts a cluster on free ports of this machine. */
export async function kafkaCluster(): Promise<KafkaCluster> {
  // It is there for as long as its input is open.
  const args = ['-P', '-b', '127.0.0.1:1', '-t', 'none', '-X', 'test.mock.num.brokers=3', '-d', 'mock'];
  const child = spawn(process.env.KCAT_PATH ?? 'kcat', args, { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  let problem: unknown;
  child.on('error', error => (problem = error));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < 100_000) said += text;
  });
  const found = (): RegExpExecArray | null => /bootstrap\.servers=(\S+)/.exec(said);
  await until(() => problem !== undefined || found() !== null, 'the brokers');
  if (problem !== undefined) throw problem as Error;
  return {
    brokers: found()![1]!.split(','),
    stall: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    async close() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
