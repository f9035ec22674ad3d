export {
  kafkaSink,
  toKafkaMessage,
  type KafkaMessage,
  type KafkaProducer,
  type KafkaSinkOptions,
} from './kafka-sink.ts';
