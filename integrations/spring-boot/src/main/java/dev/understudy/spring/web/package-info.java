/** Answers of models in web applications of Spring: server-sent events, problem details, deadlines. */
@NullMarked
package dev.understudy.spring.web;

import org.jspecify.annotations.NullMarked;
