import css from "@eslint/css";
import js from "@eslint/js";
import globals from "globals";
import support from "./tests/javascript/support.js";

export default [
  { ...js.configs.recommended, files: ["**/*.js"] },
  {
    files: ["static/*.js"],
    languageOptions: { ecmaVersion: 2022, globals: globals.browser },
    plugins: { browsers: { rules: { support } } },
    rules: {
      "no-unused-vars": "error",
      "no-implicit-globals": "error",
      "no-undef": "error",
      "no-restricted-syntax": ["error", "AssignmentExpression > MemberExpression[object.name=/^(window|globalThis)$/].left"],
      "prefer-const": "error",
      "no-var": "error",
      eqeqeq: ["error", "smart"],
      "browsers/support": ["error", ["drop", "icon", "number", "take", "QuotaExceededError"]],
    },
  },
  { files: ["static/fragment.js"], languageOptions: { sourceType: "script" } },
  {
    files: ["static/too_old.js"],
    languageOptions: { ecmaVersion: 5, sourceType: "script" },
    rules: { "no-var": "off", "no-unused-vars": "off", "no-new": "off" },
  },
  {
    files: ["static/*.css"],
    plugins: { css },
    language: "css/css",
    rules: {
      // What came in 2023 is not in the oldest browsers, but for what is allowed here: color-mix, outline
      // and user-select are; without :dir(), a list from right to left has its bullets at the left.
      "css/use-baseline": [
        "error",
        {
          available: 2022,
          allowFunctions: ["color-mix"],
          allowProperties: ["outline", "user-select"],
          allowSelectors: ["dir"],
        },
      ],
    },
  },
  { files: ["tests/**/*.js"], languageOptions: { ecmaVersion: 2022, globals: { ...globals.browser, ...globals.node } } },
];
