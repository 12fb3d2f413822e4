/** What a caller may count on, told as scenes: each goes through chat and stream, and on sockets where a wire is involved. */
package dev.understudy.behaviour;
