import * as z from 'zod';
import { EventId } from './common.ts';

export const ServiceView = z
  .object({ name: z.string(), version: z.string(), links: z.record(z.string(), z.string()) })
  .meta({ id: 'Service' });

export const Liveness = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' });

const Part = z.enum(['ok', 'failed']);
export const Readiness = z
  .object({ status: z.enum(['ready', 'not-ready']), parts: z.object({ table: Part, queues: Part, userPool: Part }) })
  .meta({ id: 'Readiness', description: 'Which part answers. 503 where one does not.' });
export type Readiness = z.infer<typeof Readiness>;

export const DemoData = z
  .object({ created: z.int().min(0), events: z.array(z.object({ eventId: EventId, name: z.string() })) })
  .meta({ id: 'DemoData' });

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().meta({ description: 'the request id' }),
    code: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .catchall(z.unknown())
  .meta({ id: 'Problem', description: 'RFC 9457 problem details; further members depend on the code' });
