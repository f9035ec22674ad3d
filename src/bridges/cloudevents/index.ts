export {
  fromCloudEvent,
  noticeToCloudEvent,
  toCloudEvent,
  type CloudEvent,
  type CloudEventNames,
  type ReceivedEvent,
} from './cloud-event.ts';
export type { DeliveryFailure } from './delivery.ts';
export { webhookSink, type WebhookSinkOptions } from './webhook-sink.ts';
