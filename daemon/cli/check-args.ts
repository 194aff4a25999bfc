import { MeshError } from '../../protocols/errors.ts';
import { type Args, listOf, textOf } from './args.ts';
import type { Command, Option } from './command.ts';

/** What the table says of the values. @throws MeshError `usage` that says what would be right */
export function checkArgs({ name, operands = [] }: Command, options: readonly Option[], args: Args): void {
  for (const operand of operands) {
    const value = textOf(args, operand.name);
    const called = operand.name.toUpperCase();
    if (value === undefined && operand.required) throw usage(`${name} wants ${called}: ${operand.help}`);
    if (value !== undefined) checkChoice(called, value, operand.choices);
  }
  for (const option of options) {
    for (const value of option.type === 'switch' ? [] : listOf(args, option.name)) {
      checkChoice(`--${option.name}`, value, option.choices);
      if (value === '') throw usage(`--${option.name} wants a value`);
      if (option.type === 'number' && !/^\d+$/.test(value))
        throw usage(`--${option.name} takes a number, not ${value}`);
    }
  }
}

function checkChoice(called: string, value: string, choices?: readonly string[]): void {
  if (choices === undefined || choices.includes(value)) return;
  throw usage(`${called} takes ${choices.join(', ')}; not ${value}`);
}

function usage(problem: string): MeshError {
  return new MeshError('usage', { problem });
}
