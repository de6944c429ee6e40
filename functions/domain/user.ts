import * as z from 'zod';
import { Email, Timestamp, text } from './common.ts';
import { limits } from './limits.ts';

/** Roles are groups of the user pool; every signed-in person is a buyer without any. */
export const Role = z.enum(['organizers']).meta({ id: 'Role' });
export type Role = z.infer<typeof Role>;

const Name = text(limits.nameCharacters).meta({ example: 'Ada Lovelace' });
/** The user pool takes spaces inside of a password, but not at its ends. */
const Password = z
  .string()
  .min(limits.passwordMinCharacters)
  .max(limits.passwordMaxCharacters)
  .regex(/^\S(?:.*\S)?$/su, 'no space at the beginning or end')
  .meta({ example: 'correct horse battery staple' });

export const Registration = z
  .strictObject({ email: Email, password: Password, name: Name })
  .meta({ id: 'Registration' });
export const Confirmation = z
  .strictObject({ email: Email, code: z.string().regex(/^\d{4,10}$/, 'digits of the code in the email') })
  .meta({ id: 'Confirmation' });
export const Credentials = z
  .strictObject({ email: Email, password: z.string().min(1).max(limits.passwordMaxCharacters) })
  .meta({ id: 'Credentials' });
/** https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeToken.html */
const RefreshToken = z
  .string()
  .max(4_096)
  .regex(/^[A-Za-z0-9\-_=.]+$/, 'not a refresh token')
  .meta({ example: 'eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIn0.kD3b' });
export const RefreshRequest = z.strictObject({ refreshToken: RefreshToken }).meta({ id: 'RefreshRequest' });

export const Tokens = z
  .object({
    accessToken: z.string(),
    refreshToken: z.string(),
    expiresIn: z.int().meta({ description: 'seconds' }),
    tokenType: z.literal('Bearer'),
  })
  .meta({ id: 'Tokens' });
export const RefreshedTokens = Tokens.omit({ refreshToken: true }).meta({ id: 'RefreshedTokens' });

export const Profile = z
  .object({
    userId: z.string(),
    email: z.string(),
    name: z.string(),
    emailNotifications: z.boolean().default(true),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Profile' });
export type Profile = z.infer<typeof Profile>;
export const ProfileView = Profile.extend({ roles: z.array(Role) }).meta({ id: 'ProfileView' });
export const ProfilePatch = z
  .strictObject({
    name: Name,
    emailNotifications: z.boolean().meta({ description: 'whether notifications go out by email too' }),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'at least one field')
  .meta({ id: 'ProfilePatch' });
export type ProfilePatch = z.output<typeof ProfilePatch>;

export const UserId = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,128}$/, 'not a user id')
  .meta({ id: 'UserId', example: '5c0d1f3e-8a67-4b4e-9a7e-2a1f0b6c9d11' });
export const NewUser = z
  .strictObject({ email: Email, name: Name, password: Password, roles: z.array(Role).max(10).default([]) })
  .meta({ id: 'NewUser' });
export const Roles = z.strictObject({ roles: z.array(Role).max(10) }).meta({ id: 'Roles' });
export const UserView = z
  .object({
    userId: z.string(),
    email: z.string(),
    name: z.string(),
    roles: z.array(Role),
    status: z.enum(['CONFIRMED', 'UNCONFIRMED', 'OTHER']),
    enabled: z.boolean(),
    createdAt: Timestamp,
  })
  .meta({ id: 'User' });
export type UserView = z.infer<typeof UserView>;
