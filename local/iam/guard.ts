import { isAboutCall } from './conditions.ts';
import { type Caller, type Decision, decide } from './evaluate.ts';
import { type Access, covers, nameOf, type Rule } from './policy-rules.ts';
import type { Refusal, Service, ServiceCall } from './services.ts';
import { readClaim, type SignedRequest, signatureChecker } from './signature.ts';

/** Somebody with an access key. */
export interface Principal {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** ARN of the session, under which a refusal speaks of the principal. */
  readonly arn: string;
  readonly caller: Caller;
}

export interface GuardOptions {
  readonly principals: readonly Principal[];
  /** What the policy of a resource says. */
  readonly rulesOf: (resourceArn: string) => readonly Rule[];
  readonly partitionKeyOf: ServiceCall['partitionKeyOf'];
  readonly region: string;
  readonly accountId: string;
}

/** A decision that was asked for. */
export interface Use extends Access, Decision {
  readonly principal: Principal;
}

/** Decides on every call of a service. */
export interface Guard {
  /** @returns the answer to give in place of the service's; nothing where the call may go on. */
  readonly check: (service: Service, request: SignedRequest) => Refusal | undefined;
  /** Decides on one access of a principal whose signature somebody else has checked. */
  readonly decide: (access: Access, principal: Principal) => Decision;
  /**
   * Rights, by `nameOf`, that count as not given from this moment.
   *
   * @returns those named before, which are given again.
   */
  readonly without: (names: Iterable<string>) => ReadonlySet<string>;
  /** Tells of every decision until the function is called that this returns. */
  readonly watch: (listener: (use: Use) => void) => () => void;
}

/** What the rules say about one action of one principal on one resource. */
interface Known {
  readonly own: readonly Rule[];
  readonly ofResource: readonly Rule[];
  /** Missing where it is another one for each call. */
  readonly decision: Decision | undefined;
}

const maxKnown = 10_000;
/** AWS takes a signature for five minutes. */
const maxSkewMs = 5 * 60 * 1_000;
const datePattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

export function createGuard({ principals, rulesOf, partitionKeyOf, region, accountId }: GuardOptions): Guard {
  const byKey = new Map(principals.map((principal) => [principal.accessKeyId, principal]));
  const isAuthentic = signatureChecker();
  const listeners = new Set<(use: Use) => void>();
  let removed: ReadonlySet<string> = new Set();
  const known = new Map<string, Known>();
  const isGiven = (rule: Rule) => !removed.has(nameOf(rule));

  const lookUp = (access: Access, caller: Caller): Known => {
    const isConcerned = (rule: Rule) => isGiven(rule) && covers(rule, access);
    const own = caller.rules.filter(isConcerned);
    const ofResource = rulesOf(access.resource).filter(isConcerned);
    const differs = [...own, ...ofResource].some(({ conditions }) => conditions.some(isAboutCall));
    return { own, ofResource, decision: differs ? undefined : decide(access, { ...caller, rules: own }, ofResource) };
  };

  const remembered = (access: Access, { accessKeyId, caller }: Principal): Decision => {
    const key = `${accessKeyId} ${access.action} ${access.resource}`;
    let found = known.get(key);
    if (!found) {
      // Resources of one table are few, but the paths of an API have no end.
      if (known.size >= maxKnown) known.clear();
      found = lookUp(access, caller);
      known.set(key, found);
    }
    return found.decision ?? decide(access, { ...caller, rules: found.own }, found.ofResource);
  };

  const decisionOn = (access: Access, principal: Principal): Decision => {
    const decision = remembered(access, principal);
    for (const tell of listeners) tell({ ...access, principal, ...decision });
    return decision;
  };

  const authorize = (service: Service, principal: Principal, accesses: readonly Access[]): Refusal | undefined => {
    for (const access of accesses) {
      const { isAllowed, reason } = decisionOn(access, principal);
      if (!isAllowed) {
        return service.refuse('AccessDeniedException', service.denial(principal.arn, access, reason));
      }
    }
    return undefined;
  };

  return {
    check: (service, request) => {
      const { method, target, headers, body } = request;
      const operation = headers.get('x-amz-target')?.split('.').at(-1) ?? `${method} ${target}`;
      if (service.isPublic?.(operation)) return undefined;
      const authorization = headers.get('authorization');
      if (!authorization) {
        return service.refuse('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
      }
      const claim = readClaim(authorization);
      const principal = claim && byKey.get(claim.accessKeyId);
      if (!claim || !principal) {
        return service.refuse('UnrecognizedClientException', 'The security token included in the request is invalid.');
      }
      if (
        claim.region !== region ||
        claim.service !== service.name ||
        !isRecent(headers.get('x-amz-date')) ||
        !isAuthentic(request, claim, principal.secretAccessKey)
      ) {
        return service.refuse(
          'InvalidSignatureException',
          'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
        );
      }
      return authorize(service, principal, service.accessOf({ operation, body, region, accountId, partitionKeyOf }));
    },
    decide: decisionOn,
    without: (names) => {
      const before = removed;
      removed = new Set(names);
      known.clear();
      return before;
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function isRecent(date = ''): boolean {
  const time = Date.parse(date.replace(datePattern, '$1-$2-$3T$4:$5:$6Z'));
  return Math.abs(Date.now() - time) <= maxSkewMs;
}
