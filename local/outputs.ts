/** What `outputs.json` in the data directory holds: all that a client, a test or a measurement needs. */
export interface StackOutputs {
  readonly apiUrl: string;
  readonly region: string;
  readonly userPoolId: string;
  readonly userPoolClientId: string;
  /** The code that local registrations accept. */
  readonly confirmationCode: string;
  readonly adminAccessKeyId: string;
  readonly adminSecretAccessKey: string;
  /** Valid credentials without any policy. */
  readonly strangerAccessKeyId: string;
  readonly strangerSecretAccessKey: string;
  readonly tableName: string;
  readonly dynamodbEndpoint: string;
  readonly sqsEndpoint: string;
  /** Page with the emails that went out. */
  readonly inboxUrl: string;
}
