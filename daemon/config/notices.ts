import * as z from 'zod';
import { SecretRefSchema, secretFile, secretIn } from './secret.ts';
import type { Section } from './section.ts';
import { asText, listOf } from './values.ts';

const discord = z
  .strictObject({
    token: SecretRefSchema.exactOptional().describe('Token of the bot.'),
    channelId: z
      .string()
      .regex(/^\d{5,25}$/, 'is not a channel id (digits only); a name goes into git.gitlens.notify_to_discord.channel')
      .exactOptional()
      .describe('Id of the channel; it wins over the name in git.gitlens.notify_to_discord.channel.'),
  })
  .prefault({});

export const discordSection = {
  name: 'discord',
  about: 'The Discord bot that posts notices. Read and checked; notices themselves are not sent by this version.',
  schema: discord,
  variables: [
    { name: 'DISCORD_TOKEN', key: 'discord.token', parse: secretIn('DISCORD_TOKEN') },
    { name: 'DISCORD_TOKEN_FILE', key: 'discord.token', parse: secretFile },
    { name: 'PRS_CHANNEL_ID', key: 'discord.channelId', parse: asText },
    { name: 'CH_PRS_ID', key: 'discord.channelId', parse: asText },
  ],
  flags: [],
} as const satisfies Section;

/** Keys as they stand in `discovery.yml` of the first source document: hence the underscores. */
const git = z
  .strictObject({
    gitlens: z
      .strictObject({
        edition: z.string().default('pro').describe('Edition of GitLens that sends the events.'),
        notify_to_discord: z
          .strictObject({
            enabled: z.boolean().default(false).describe('Post notices to Discord.'),
            channel: z.string().min(1).default('#prs').describe('Name of the channel; discord.channelId wins.'),
            events: listOf(z.string().min(1))
              .default(['review_started', 'review_submitted', 'needs_attention'])
              .describe('Kinds of event that are posted.'),
          })
          .prefault({}),
      })
      .prefault({}),
  })
  .prefault({});

export const gitSection = {
  name: 'git',
  about:
    'Notices about GitLens events. The same keys are also read from a `discovery.yml` beside the configuration file, where the rest of that file is left alone.',
  schema: git,
  variables: [],
  flags: [],
} as const satisfies Section;
