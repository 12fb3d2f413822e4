/** A server that speaks OpenAI's Chat Completions to its clients and fails over behind them. */
@NullMarked
package dev.understudy.gateway;

import org.jspecify.annotations.NullMarked;
