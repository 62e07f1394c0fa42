import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['demo/components/uplot/**'] }, // vendored
  { files: ['demo/components/**/*.js'], languageOptions: { globals: globals.browser } },
  { files: ['tests/js/**/*.js'], languageOptions: { globals: globals.node } },
  {
    files: ['demo/components/**/*.js', 'tests/js/**/*.js', 'eslint.config.js'],
    rules: {
      ...js.configs.recommended.rules,
      curly: 'error',
      eqeqeq: 'error',
      'max-len': ['error', { code: 120 }],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 60],
      'no-shadow': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
    },
  },
];
