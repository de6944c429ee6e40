/** What a client of the AWS SDK has in common with the others: calls go through its stack. */
export interface AwsClient {
  readonly middlewareStack: {
    add(middleware: CallMiddleware, options: { readonly name: string; readonly step: 'initialize' }): void;
  };
}

/** Stands around a call, with all of its attempts. */
export type CallMiddleware = <Input extends { readonly input: object }, Output>(
  next: (args: Input) => Promise<Output>,
  context: { readonly clientName?: string; readonly commandName?: string },
) => (args: Input) => Promise<Output>;

/** The clients of this instance, for those who look at all calls; see tracing.ts. */
export const awsClients: AwsClient[] = [];

/** Lets all calls of the client be seen. */
export function observable<Client extends AwsClient>(client: Client): Client {
  awsClients.push(client);
  return client;
}
