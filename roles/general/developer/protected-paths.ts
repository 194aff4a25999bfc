/**
 * Files by which a change would do more than it says: run with the rights of the forge or of whoever checks it out, decide who reviews, or carry
 * a secret. People change these. Matched without regard to case, as some file systems do.
 */
const PROTECTED: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)(\.{0,2}|\.git)(\/|$)|\\/i, 'it is no path of a repository'],
  [/^\.github\/(workflows|actions)\//i, 'it runs with the rights of the forge'],
  [
    /(^|\/)(action|\.gitlab-ci|\.travis|azure-pipelines|bitbucket-pipelines|appveyor)\.ya?ml$/i,
    'it runs in the checks of the forge',
  ],
  [/^(\.circleci|\.buildkite|\.woodpecker|\.forgejo|\.gitea|\.ci)(\/|$)/i, 'it runs in the checks of the forge'],
  [/(^|\/)(Jenkinsfile|\.drone\.yml)$/i, 'it runs in the checks of the forge'],
  [/(^|\/)CODEOWNERS$/i, 'it says who has to review'],
  [/^\.github\/(dependabot|renovate|settings)\.[^/]+$/i, 'it says what the forge does by itself'],
  [/(^|\/)(\.gitmodules|\.gitattributes|\.lfsconfig|\.mailmap)$/i, 'git acts by it'],
  [/^(\.husky|\.githooks)\//i, 'it runs at whoever commits'],
  [
    /(^|\/)(\.npmrc|\.yarnrc(\.yml)?|\.pypirc|\.netrc|pip\.conf|\.pnpmfile\.[cm]?js)$/i,
    'it says where packages come from',
  ],
  [/(^|\/)(\.claude|\.cursor|\.vscode|\.devcontainer|\.idea|\.direnv)(\/|$)/i, 'programs of its readers act by it'],
  [/(^|\/)(\.mcp\.json|\.envrc)$/i, 'programs of its readers act by it'],
  [/(^|\/)(\.env(\.[^/]*)?|id_(rsa|ed25519|ecdsa)|[^/]+\.(pem|key|p12|pfx|keystore))$/i, 'it is made for secrets'],
];

/** Why an agent may not write, move or remove that file; undefined when it may. */
export function whyProtected(path: string): string | undefined {
  return PROTECTED.find(([pattern]) => pattern.test(path))?.[1];
}
