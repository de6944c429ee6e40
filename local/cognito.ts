import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { stopChild } from './child.ts';
import { StackError } from './stack-error.ts';
import type { ResolvedTemplate } from './template.ts';

/** What the child process has to serve. Everything in it comes from the template. */
export interface CognitoConfig {
  readonly issuerDomain: string;
  readonly pools: readonly { readonly id: string; readonly options: object }[];
  readonly clients: readonly { readonly id: string; readonly userPoolId: string; readonly options: object }[];
  readonly groups: readonly {
    readonly name: string;
    readonly userPoolId: string;
    readonly description: string | undefined;
  }[];
}

export interface Cognito {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** The child while it loads; it waits for its configuration. */
export interface CognitoProcess {
  serve(config: CognitoConfig): Promise<Cognito>;
  stop(): Promise<void>;
}

/**
 * Starts cognito-local in a process of its own, because it reads settings from the environment when it is loaded. The
 * process ends when this one does.
 *
 * @param confirmationCode - the code that every registration accepts.
 */
export function startCognito(directory: string, confirmationCode: string): CognitoProcess {
  mkdirSync(directory, { recursive: true });
  const log = openSync(join(directory, 'cognito.log'), 'a');
  const child = fork(join(import.meta.dirname, 'cognito-process.ts'), [directory], {
    env: { ...process.env, CODE: confirmationCode },
    execArgv: [],
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  const stop = () => stopChild(child, () => child.connected && child.disconnect());
  return { stop, serve: (config) => serve(child, config, stop) };
}

async function serve(child: ChildProcess, config: CognitoConfig, stop: () => Promise<void>): Promise<Cognito> {
  const failed = new AbortController();
  child.once('exit', () => failed.abort());
  try {
    const answer = once(child, 'message', { signal: failed.signal });
    child.send(config);
    const [port] = await answer;
    return { endpoint: `http://127.0.0.1:${port}`, stop };
  } catch (error) {
    if (failed.signal.aborted)
      throw new StackError('The user pool does not start; cognito.log in the data directory says why.');
    throw error;
  }
}

/** Makes the configuration of the pools, clients and groups of a template. */
export function cognitoConfig(template: ResolvedTemplate, region: string): CognitoConfig {
  return {
    issuerDomain: `https://cognito-idp.${region}.amazonaws.com`,
    pools: template.of('AWS::Cognito::UserPool').map(({ ref, attributes, properties }) => ({
      id: ref,
      options: {
        Id: ref,
        Arn: attributes.Arn,
        Name: properties.UserPoolName ?? ref,
        Policies: properties.Policies,
        UsernameAttributes: properties.UsernameAttributes ?? [],
        AutoVerifiedAttributes: properties.AutoVerifiedAttributes,
        MfaConfiguration: properties.MfaConfiguration ?? 'OFF',
        UserAttributeUpdateSettings: properties.UserAttributeUpdateSettings,
        UsernameConfiguration: properties.UsernameConfiguration,
        Schema: properties.Schema ?? [],
      },
    })),
    clients: template.of('AWS::Cognito::UserPoolClient').map(({ ref, properties: { UserPoolId, ...options } }) => ({
      id: ref,
      userPoolId: UserPoolId,
      options,
    })),
    groups: template.of('AWS::Cognito::UserPoolGroup').map(({ ref, properties }) => ({
      name: ref,
      userPoolId: properties.UserPoolId,
      description: properties.Description,
    })),
  };
}
