/**
 * Requests, responses, stream chunks and failures, and {@link dev.understudy.chat.ChatProvider}, the interface of every
 * provider. Independent of vendors and policies.
 */
@NullMarked
package dev.understudy.chat;

import org.jspecify.annotations.NullMarked;
