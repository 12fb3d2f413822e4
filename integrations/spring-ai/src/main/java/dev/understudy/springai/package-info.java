/**
 * Spring AI: {@link dev.understudy.springai.UnderstudyChatModel} is a chat model over a provider, and {@link
 * dev.understudy.springai.SpringAiProvider} is a provider over a chat model.
 */
@NullMarked
package dev.understudy.springai;

import org.jspecify.annotations.NullMarked;
