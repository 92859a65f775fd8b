// Refuses words written straight into a template: each must be a message key, so that it can be
// translated and stretched. Letters in text, in a literal inside braces, and in the attributes and
// component properties that people see or hear are errors; punctuation and numbers are not.
const SEEN = new Set([
  'title',
  'alt',
  'placeholder',
  'label',
  'text',
  'hint',
  'description',
  'heading',
  'message',
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'aria-valuetext',
  'aria-placeholder',
]);
const LETTERS = /\p{L}{2,}|^\s*\p{L}\s*$/u;

function literalOf(expression) {
  if (!expression) return null;
  if (expression.type === 'Literal' && typeof expression.value === 'string') return expression.value;
  if (expression.type === 'TemplateLiteral') return expression.quasis.map((q) => q.value.cooked).join(' ');
  if (expression.type === 'ConditionalExpression')
    return (
      [literalOf(expression.consequent), literalOf(expression.alternate)].filter(Boolean).join(' ') || null
    );
  return null;
}

export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: { literal: 'Words belong in messages/en.json: “{{text}}”.' },
  },
  create(context) {
    const report = (node, text) =>
      LETTERS.test(text) &&
      context.report({ node, messageId: 'literal', data: { text: text.trim().slice(0, 40) } });
    return {
      SvelteText(node) {
        if (node.parent?.type === 'SvelteStyleElement' || node.parent?.type === 'SvelteScriptElement') return;
        report(node, node.value);
      },
      SvelteMustacheTag(node) {
        if (node.parent?.type === 'SvelteAttribute' || node.parent?.type === 'SvelteStyleDirective') return;
        const text = literalOf(node.expression);
        if (text) report(node, text);
      },
      SvelteAttribute(node) {
        const name = node.key.name;
        if (!SEEN.has(name)) return;
        for (const part of node.value) {
          const text = part.type === 'SvelteLiteral' ? part.value : literalOf(part.expression);
          if (text) report(part, text);
        }
      },
    };
  },
};
