import { closeAccount } from './close-account.ts';
import type { Handler } from './request.ts';

/** Closes the caller's account; the worker `delete-user` does what follows. */
export const deleteMe: Handler<'deleteMe'> = async ({ caller, remainingMs }) => {
  await closeAccount({ userId: caller.userId, by: 'person', remainingMs });
  return { status: 202 };
};
