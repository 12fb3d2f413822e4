/**
 * The words: what is said between a caller and a provider. Records, and the one interface {@link
 * dev.understudy.chat.ChatProvider}; nothing here knows a vendor or a policy.
 */
@NullMarked
package dev.understudy.chat;

import org.jspecify.annotations.NullMarked;
