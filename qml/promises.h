// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qfuture.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsvalue.h>

class QJSEngine;

namespace QRepod {

//! Returns a Promise that is settled when \a future finishes: with its result, or with an Error
//! whose message is the text of the RequestError.
QJSValue promiseOf(QJSEngine &engine, QFuture<QVariant> future);

//! Converts what a handler in QML has \a returned to an answer for the core: a Promise to a
//! QFuture, other values of JavaScript as described at the class JavaScript.
QVariant answerOf(QJSEngine &engine, int maximumDepth, const QVariant &returned);

} // namespace QRepod
