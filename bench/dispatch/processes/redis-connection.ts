import { createBunRedisClient, RedisConnection } from 'bullmq';
import { RedisClient } from './redis-client.ts';

/** Where BullMQ finds Redis, and by which client it speaks. */
export function redisConnection(port: string): { readonly host: string; readonly port: number } {
  RedisConnection.clientFactory = (options) => createBunRedisClient(new RedisClient(Number(options.port)));
  return { host: '127.0.0.1', port: Number(port) };
}
