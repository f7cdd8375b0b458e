// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qfuture.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsvalue.h>

class QJSEngine;

namespace QRepod {

//! A Promise that is settled when \a future finishes: with its result, or with an Error whose
//! message is the text of the RequestError.
QJSValue promiseOf(QJSEngine &engine, QFuture<QVariant> future);

//! What a handler in QML has \a returned as something that the core can answer with: a Promise as a
//! QFuture, other values of JavaScript as the class JavaScript says.
QVariant answerOf(QJSEngine &engine, int maximumDepth, const QVariant &returned);

} // namespace QRepod
