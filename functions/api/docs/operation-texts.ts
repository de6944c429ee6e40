import type { Contract, OperationId, OperationIdsOf } from '../contract.ts';
import type { Group } from '../operation.ts';
import { accountTexts } from './account-texts.ts';
import { adminTexts } from './admin-texts.ts';
import { bookingTexts } from './booking-texts.ts';
import { catalogTexts } from './catalog-texts.ts';
import type { OperationText } from './operation-text.ts';
import { organizerTexts } from './organizer-texts.ts';
import { systemTexts } from './system-texts.ts';

/** The texts of one group of operations. */
export type TextsOf<G extends Group> = { readonly [Id in OperationIdsOf<G>]: OperationText<Contract[Id]> };

/** The texts of all operations: one that is missing does not compile. */
export const operationTexts: { readonly [Id in OperationId]: OperationText<Contract[Id]> } = {
  ...systemTexts,
  ...accountTexts,
  ...catalogTexts,
  ...bookingTexts,
  ...organizerTexts,
  ...adminTexts,
};

/** Sections of the reference, in their order. */
export const groupTexts: Readonly<Record<Group, string>> = {
  catalog: 'Published events, for everybody.',
  booking: 'Tickets of the signed-in person: book, look up, cancel, wait.',
  account: 'Registration, sign-in, the own profile, and notifications.',
  organizer: 'Events of the signed-in organizer, and their bookings.',
  admin: 'All events and users, for IAM principals of the account that the service runs in.',
  system: 'The service itself: its health, this reference, and what its errors mean.',
};
