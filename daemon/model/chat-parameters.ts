import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionFunctionTool,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { Form, Message, ToolSpec } from '../../roles/ports/model.ts';
import type { ModelCall } from '../../roles/ports/model-provider.ts';
import { strictSchemaOf } from './strict-schema.ts';

/** The part of a request that says what is asked, as chat completions want it. */
export function askedParameters({
  messages,
  tools = [],
  toolChoice,
  form,
}: ModelCall): Pick<ChatCompletionCreateParamsNonStreaming, 'messages' | 'tools' | 'tool_choice' | 'response_format'> {
  return {
    messages: messages.map(messageParameter),
    ...(tools.length > 0 && { tools: tools.map(toolParameter), ...(toolChoice && { tool_choice: toolChoice }) }),
    ...(form && { response_format: formatOf(form) }),
  };
}

/** For who is not told the form by a parameter: at the end of its first words, because some take no second system message. */
export function withFormInWords(call: ModelCall): ModelCall {
  const { form, messages } = call;
  if (form === undefined) return call;
  const words = `Answer with one JSON object of this JSON schema and nothing else, no code fence and no word before or after it: ${JSON.stringify(strictSchemaOf(form.schema))}`;
  const [first, ...others] = messages;
  if (first?.role !== 'system') return { ...call, messages: [{ role: 'system', text: words }, ...messages] };
  return { ...call, messages: [{ role: 'system', text: `${first.text}\n\n${words}` }, ...others] };
}

function messageParameter(message: Message): ChatCompletionMessageParam {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.text };
  if (message.role !== 'assistant') return { role: message.role, content: message.text };
  const calls = message.calls ?? [];
  if (calls.length === 0) return { role: 'assistant', content: message.text };
  return {
    role: 'assistant',
    content: message.text === '' ? null : message.text,
    tool_calls: calls.map(({ id, name, arguments: text }) => ({
      id,
      type: 'function',
      function: { name, arguments: text },
    })),
  };
}

function toolParameter({ name, description, parameters }: ToolSpec): ChatCompletionFunctionTool {
  return { type: 'function', function: { name, description, parameters: { ...parameters } } };
}

function formatOf({
  name,
  schema,
}: Form<unknown>): NonNullable<ChatCompletionCreateParamsNonStreaming['response_format']> {
  return { type: 'json_schema', json_schema: { name, strict: true, schema: strictSchemaOf(schema) } };
}
