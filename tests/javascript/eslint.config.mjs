import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    files: ["static/*.js"],
    languageOptions: { ecmaVersion: 2022, globals: globals.browser },
    rules: {
      "no-unused-vars": "error",
      "no-implicit-globals": "error",
      "no-undef": "error",
      "no-restricted-syntax": ["error", "AssignmentExpression > MemberExpression[object.name=/^(window|globalThis)$/].left"],
      "prefer-const": "error",
      "no-var": "error",
      eqeqeq: ["error", "smart"],
      "no-restricted-properties": ["error", { object: "Map", property: "groupBy" }, { object: "Object", property: "groupBy" }],
    },
  },
  { files: ["tests/**"], languageOptions: { ecmaVersion: 2022, globals: { ...globals.browser, ...globals.node } } },
];
