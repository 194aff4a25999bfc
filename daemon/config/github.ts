import * as z from 'zod';
import { SecretRefSchema, secretFile, secretIn } from './secret.ts';
import type { Section } from './section.ts';
import { TAKES, webUrl } from './values.ts';

const app = z.strictObject({
  id: z
    .union([z.int().positive(), z.string().min(1)], { error: 'is not the id of an App: write its number or client id' })
    .register(TAKES, { takes: 'number or text' })
    .describe('Number or client id of the GitHub App.'),
  privateKey: SecretRefSchema.describe('Private key of the App, as GitHub gave it (PEM).'),
  installation: z
    .int()
    .positive()
    .exactOptional()
    .describe('Number of the installation that is used; else the one of the repository or organisation at hand.'),
});

const schema = z
  .strictObject({
    baseUrl: webUrl
      .default('https://api.github.com')
      .describe('Where the REST API is. A GitHub Enterprise Server has it at https://HOST/api/v3.'),
    token: SecretRefSchema.exactOptional().describe('Token for the GitHub API. Not used beside an App.'),
    app: app.exactOptional(),
    throttle: z
      .boolean()
      .default(true)
      .describe(
        'Keep the pace that github.com asks for: one write a second, one that notifies people in three. A GitHub Enterprise Server has no such limits unless its owner set some.',
      ),
  })
  .prefault({});

export const githubSection = {
  name: 'github',
  about: 'Access to the API of GitHub, by a token or as a GitHub App. Without either GitHub is only listened to.',
  schema,
  variables: [
    { name: 'GITHUB_TOKEN', key: 'github.token', parse: secretIn('GITHUB_TOKEN') },
    { name: 'GITHUB_TOKEN_FILE', key: 'github.token', parse: secretFile },
  ],
  flags: [],
} as const satisfies Section;
