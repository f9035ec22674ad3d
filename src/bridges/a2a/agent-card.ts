import type { AgentInfo } from '../../engine/agents.ts';
import type { JsonObject } from '../../event/json.ts';
import { SluiceError } from '../../errors/sluice-error.ts';
import type { BridgeRequest } from '../bridge.ts';
import { EXTENSION } from './event-table.ts';
import { refuse } from './refusal.ts';

/** What the agent card says besides what the engine knows of its agents. All optional. */
export interface CardOptions {
  /** Default: the name of the agent that is served. */
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Of the agent, not of Sluice. Default: `1.0.0`. */
  readonly version?: string | undefined;
  /** Where clients reach the server, such as `https://agents.example.com`. Default: as the request was addressed, by HTTP. */
  readonly url?: string | undefined;
  readonly provider?: { readonly organization: string; readonly url: string } | undefined;
  readonly documentationUrl?: string | undefined;
  readonly iconUrl?: string | undefined;
  /** How clients authenticate, as `securitySchemes` and `securityRequirements` of a card have it. */
  readonly securitySchemes?: JsonObject | undefined;
  readonly securityRequirements?: readonly JsonObject[] | undefined;
  readonly defaultInputModes?: readonly string[] | undefined;
  readonly defaultOutputModes?: readonly string[] | undefined;
  /** Skills instead of one per agent. */
  readonly skills?: readonly JsonObject[] | undefined;
  /** What the card says more to a tenant that has authenticated. Default: there is no extended card. */
  readonly extendedCard?: ((tenantId: string) => JsonObject | Promise<JsonObject>) | undefined;
}

/** What a card and the choice of an agent need to know. */
export interface CardRules extends CardOptions {
  /** The agent that is served; others are refused. */
  readonly agent: string | undefined;
  /** Where its addresses begin. */
  readonly at: string;
  readonly pushes: boolean;
}

const MODES = ['text/plain', 'application/json'];

/** The agent card: one skill for each agent, both bindings, and what is supported. */
export function agentCard({ engine, base, header }: CardRequest, rules: CardRules): JsonObject {
  const agents = agentsOf(engine.agentInfos, rules.agent);
  const [first] = agents;
  const origin = rules.url ?? `http://${header('host') ?? 'localhost'}${base}`;
  const address = `${origin.replace(/\/$/, '')}${rules.at}`;
  const { provider, documentationUrl, iconUrl, securitySchemes, securityRequirements } = rules;
  return {
    name: rules.name ?? first?.name ?? 'sluice',
    description: rules.description ?? first?.description ?? 'Agents served by Sluice.',
    version: rules.version ?? '1.0.0',
    supportedInterfaces: [
      { url: address, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
      { url: `${address}/v1`, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
    ],
    capabilities: {
      ...{
        streaming: true,
        pushNotifications: rules.pushes,
        extendedAgentCard: rules.extendedCard !== undefined,
      },
      extensions: [
        {
          uri: EXTENSION,
          description:
            'Each update carries the cursor of its event in its metadata; SubscribeToTask goes on behind the cursor that Last-Event-ID names.',
          required: false,
        },
      ],
    },
    defaultInputModes: rules.defaultInputModes ?? MODES,
    defaultOutputModes: rules.defaultOutputModes ?? MODES,
    skills: rules.skills ?? agents.map(skillOf),
    ...{ provider, documentationUrl, iconUrl, securitySchemes, securityRequirements },
  };
}

type CardRequest = Pick<BridgeRequest, 'engine' | 'base' | 'header'>;

/** The agent that a message is for: what its metadata names as `agent`, the one that is served, or the first. */
export function servedAgent(
  { engine }: CardRequest,
  { agent }: CardRules,
  metadata: JsonObject | undefined,
): AgentInfo {
  const agents = agentsOf(engine.agentInfos, agent);
  const named = metadata?.['agent'];
  const found = named === undefined ? agents[0] : agents.find(({ name }) => name === named);
  if (found) return found;
  if (agents.length === 0) {
    throw new SluiceError(
      'UNKNOWN_AGENT',
      `agent: ${agent ?? 'none'} is registered; give createEngine agents.`,
    );
  }
  const known = agents.map(({ name }) => name).join(', ');
  throw refuse('INVALID_PARAMS', `message.metadata.agent: expected one of ${known}.`);
}

function agentsOf(agents: readonly AgentInfo[], only: string | undefined): readonly AgentInfo[] {
  return only === undefined ? agents : agents.filter(({ name }) => name === only);
}

function skillOf({ name, description, framework }: AgentInfo): JsonObject {
  const tags = framework === undefined ? ['agent'] : ['agent', framework];
  return { id: name, name, description: description ?? `The agent ${name}.`, tags };
}
