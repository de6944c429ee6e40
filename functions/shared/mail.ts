import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { observable } from './aws-clients.ts';

/** Adaptive: where the account's sending rate is reached, it slows down instead of failing. */
export const mail = observable(
  new SESv2Client({
    retryMode: 'adaptive',
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  }),
);

export interface Email {
  from: string;
  to: string;
  subject: string;
  text: string;
}

/** Sends an email of plain text. @throws {Error} where it was not accepted */
export async function sendEmail({ from, to, subject, text }: Email): Promise<void> {
  await mail.send(
    new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: [to] },
      Content: {
        Simple: {
          Subject: { Data: subject, Charset: 'UTF-8' },
          Body: { Text: { Data: text, Charset: 'UTF-8' } },
        },
      },
    }),
  );
}
