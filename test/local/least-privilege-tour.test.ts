import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameOf, readRules } from '../../local/iam/policy-rules.ts';
import { checkNeeds } from '../../local/iam/start-checks.ts';
import { StackError } from '../../local/stack-error.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { adminSteps } from '../support/tour/admin-steps.ts';
import { requestSteps } from '../support/tour/request-steps.ts';
import { failsWithout, makeTour, type Step, type Taker, takerOf } from '../support/tour/tour.ts';
import { workerSteps } from '../support/tour/worker-steps.ts';
import { openWorld, type World } from '../support/tour/world.ts';

/**
 * No right that nothing uses: each right of each role is taken away in turn, and something has to fail. Rights by which
 * AWS runs a resource are missed at the start; rights for calls of the code are missed by a step of a tour through
 * everything that the functions do.
 */

let api: TestStack;
let world: World;
let usedIn: Map<string, Step[]>;

beforeAll(async () => {
  api = await withStack();
  world = await openWorld(api);
  usedIn = await makeTour([...requestSteps, ...adminSteps, ...workerSteps], world);
}, 120_000);
afterAll(async () => {
  world?.stop();
  await api?.stop();
});

/** Every right that a role gives which something here has taken on, or that a queue gives. */
function rights(): string[] {
  return [...new Set(api.stack.iam.policies.given().map(nameOf))];
}

/** Those by which AWS runs the resources. */
function rightsOfAws(): Set<string> {
  const { needs, policies } = api.stack.iam;
  return new Set(checkNeeds(needs, policies).map(nameOf));
}

it('every role is taken on by something', () => {
  const owners = new Set(api.stack.iam.policies.given().map(({ owner }) => owner));
  const roles = api.stack.template.of('AWS::IAM::Role').map(({ logicalId }) => logicalId);
  expect(roles.filter((role) => !owners.has(role))).toEqual([]);
});

describe('each right', () => {
  it('is one by which AWS runs a resource, or is used by a step of the tour', () => {
    const known = rightsOfAws();
    expect(rights().filter((right) => !known.has(right) && !usedIn.has(right))).toEqual([]);
  });

  it('by which AWS runs a resource is missed at the start', () => {
    const { needs, policies } = api.stack.iam;
    const missing = rights().filter((right) => rightsOfAws().has(right));
    expect(missing.length).toBeGreaterThan(50);
    for (const right of missing) {
      expect(() => checkNeeds(needs, policies, new Set([right])), right).toThrow(StackError);
    }
  });

  it('of a function is missed by a step of the tour', { timeout: 240_000 }, async () => {
    const taker = takerOf(api.stack.iam.guard);
    const notMissed: string[] = [];
    const tryAll = async (lane: readonly [string, Step[]][]) => {
      for (const [right, steps] of lane) if (!(await isMissed(right, steps, taker))) notMissed.push(right);
    };
    const lanes = Map.groupBy(usedIn, ([, [step]]) => laneOf(step));
    // What people ask for is asked by the steps of workers too, so workers come later; each of these goes its own way.
    await tryAll(lanes.get('requests') ?? []);
    lanes.delete('requests');
    await Promise.all([...lanes.values()].map(tryAll));
    expect(notMissed).toEqual([]);
  });
});

describe('each right of an administrator', () => {
  it('is missed by a call of the API', async () => {
    const { guard } = api.stack.iam;
    const rules = api.stack.template
      .of('AWS::IAM::ManagedPolicy')
      .flatMap(({ logicalId, properties }) => readRules(properties.PolicyDocument, logicalId, logicalId));
    expect(rules.length).toBeGreaterThan(10);
    for (const rule of rules) {
      const [method = '', ...path] = rule.resource.replace(/^[^/]*\/\*\//, '').split('/');
      const call = () => api.call(method, `/${path.join('/').replaceAll('*', 'none')}`, { signAs: 'admin' });
      expect((await call()).status, rule.resource).not.toBe(403);
      guard.without([nameOf(rule)]);
      const refused = await call();
      guard.without([]);
      expect([refused.status, refused.text], rule.resource).toEqual([403, '{"message":"Forbidden"}']);
    }
  });
});

/** Steps of different lanes need no right of each other. */
function laneOf(step: Step | undefined): string {
  if (!step || !workerSteps.includes(step)) return 'requests';
  // An email follows from a notification.
  return step.by === 'notify' ? 'send-email' : step.by;
}

async function isMissed(right: string, steps: readonly Step[], taker: Taker): Promise<boolean> {
  for (const step of steps) if (await failsWithout(right, step, world, taker)) return true;
  return false;
}
