// A rule for the linter: no name of the language or of the web that came later than the oldest browsers
// in which Streamlit 1.67 runs (it needs the `v` flag of RegExp). By MDN's data. A linter does not know
// what an object is: a name that means several things passes as soon as one of them is old, and one that
// the program gives to something of its own is to be listed as `own`.
import { createRequire } from "node:module";

const OLDEST = { chrome: 112, firefox: 116, safari: 17 };
const { api, javascript } = createRequire(import.meta.url)("@mdn/browser-compat-data");

function isOld({ support }) {
  const isThere = (said) => !said.flags && !said.prefix && !said.alternative_name;
  return Object.entries(OLDEST).every(([browser, oldest]) =>
    [support[browser]].flat().some((said) => isThere(said) && parseFloat(said.version_added) <= oldest),
  );
}

const known = new Map(); // a name, or `Thing.name` of what is asked of the thing itself -> whether it is old
function gather(things) {
  for (const [thing, { __compat, ...members }] of Object.entries(things)) {
    known.set(thing, known.get(thing) || !__compat || isOld(__compat));
    if (!known.get(thing)) continue; // whoever has such a thing knows what it can do
    for (const [member, { __compat: support }] of Object.entries(members)) {
      if (!support) continue;
      const name = member.replace(/_static$/, "").replace(/(.*)_event$/, "on$1");
      known.set(name, known.get(name) || isOld(support));
      known.set(`${thing}.${name}`, isOld(support));
    }
  }
}
gather(api);
gather(javascript.builtins);
gather(javascript.builtins.Intl);

export default {
  meta: { schema: [{ type: "array" }] },
  create({ options: [own], report, sourceCode }) {
    const check = (node, ...names) => {
      const name = names.find((name) => known.has(name));
      if (known.get(name) === false && !own.includes(name)) report({ node, message: `${name} is not in every browser.` });
    };
    return {
      "MemberExpression[computed=false]": ({ object, property }) =>
        check(property, `${object.name}.${property.name}`, property.name),
      "Property[computed=false] > Identifier.key": (node) => check(node, node.name),
      "CallExpression[callee.property.name='addEventListener'] > Literal:first-child": (node) => check(node, `on${node.value}`),
      Program(node) {
        const { through, variables } = sourceCode.getScope(node);
        const used = [...through, ...variables.flatMap(({ references }) => references)];
        for (const { identifier } of used) check(identifier, identifier.name);
      },
    };
  },
};
