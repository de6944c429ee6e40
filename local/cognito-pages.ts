import { InvalidParameterError } from 'cognito-local/lib/errors.js';
import type { Router } from 'cognito-local/lib/server/Router.js';

/** https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html */
const maxUsers = 60;
/** What the pages of cognito-local's ListUsers need to be known of it. */
interface UserList {
  readonly Users?: readonly { readonly Username?: string }[];
}

/** Adds to cognito-local what its ListUsers leaves out: `Limit` and `PaginationToken`. */
export function withPages(router: Router): Router {
  return (target) => {
    const route = router(target);
    if (target !== 'ListUsers') return route;
    return async (context, request) => {
      const { Users: users = [] } = (await route(context, request)) as UserList;
      const start = startOf(request.PaginationToken, users);
      const page = users.slice(start, start + (Number(request.Limit) || maxUsers));
      const last = page.at(-1);
      const isEnd = start + page.length === users.length;
      return { Users: page, ...(last && !isEnd && { PaginationToken: tokenOf(last) }) };
    };
  };
}

const tokenOf = ({ Username = '' }: { readonly Username?: string }): string => btoa(Username);

function startOf(token: unknown, users: NonNullable<UserList['Users']>): number {
  if (token === undefined) return 0;
  const index = users.findIndex((user) => tokenOf(user) === token);
  if (index < 0) throw new InvalidParameterError('Invalid pagination token.');
  return index + 1;
}
