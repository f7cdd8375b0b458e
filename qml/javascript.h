// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qvariant.h>
#include <QtQml/qjsvalue.h>

#include <optional>

class QJSEngine;

namespace QRepod {

//! JavaScript values as the values that the core can encode.
///
/// | JavaScript                        | becomes |
/// |-----------------------------------|---------|
/// | undefined, null                   | nil |
/// | boolean, string, Date             | bool, text, time |
/// | number                            | an integer if it is whole and safe (at most 2^53 - 1 in
/// |                                   | either direction), so 7 and 7.0, which are the same
/// |                                   | number; otherwise float 64 |
/// | ArrayBuffer, typed array, DataView | the bytes it shows |
/// | array, also with holes            | list; a hole is nil |
/// | object                            | map of its own enumerable properties |
/// | value from C++ (url, list<int>,   | itself |
/// | a gadget, …)                      | |
/// | function, symbol, QObject         | a value that has no MessagePack form |
///
/// What has no MessagePack form is left for the encoder to refuse, which knows its path.
class JavaScript
{
public:
    //! What is nested deeper than \a maximumDepth, as every object that contains itself, is cut off
    //! one level below it, where the encoder refuses it.
    JavaScript(QJSEngine &engine, int maximumDepth);

    QVariant variant(const QJSValue &value);

    //! The message of the call `function(message)` or `function(action, fields)`.
    ///
    /// \return nothing if the arguments are neither; then a TypeError has been thrown.
    std::optional<QVariantMap> message(const char *function, const QJSValue &messageOrAction,
                                       const QJSValue &fields);

private:
    QVariant number(double number) const;
    QVariant object(const QJSValue &object);
    QVariantList list(const QJSValue &array);
    QVariantMap map(const QJSValue &object);
    QByteArray bytes(const QJSValue &view) const;
    bool isView(const QJSValue &object) const;
    QStringList keys(const QJSValue &object) const;

    QJSEngine &m_engine;
    const int m_maximumDepth;
    int m_depth = 0;
    bool m_isTooDeep = false;
};

} // namespace QRepod
