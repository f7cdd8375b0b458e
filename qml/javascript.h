// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/SendMode>

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
/// | array, also with holes, Set,      | list; a hole is nil |
/// | list<int> and other sequences     | |
/// | object                            | map of its own enumerable properties |
/// | Map                               | map; its keys stay integers if all of them are, and are
/// |                                   | their text otherwise |
/// | point, size, rect, vector3d, …    | map of their coordinates: `{x, y}`, `{width, height}` |
/// | color                             | text, as `"#rrggbb"` |
/// | ListModel, and a row of one       | list of rows, and map of a row's roles |
/// | another value from C++ (url,      | itself |
/// | a gadget, …)                      | |
/// | function, symbol, other QObject   | a value that has no MessagePack form |
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

    struct Outgoing
    {
        QVariantMap message;
        SendMode mode;
    };

    //! The same of the call `function(message, mode)` or `function(action, fields, mode)`.
    std::optional<Outgoing> outgoing(const char *function, const QJSValue &messageOrAction,
                                     const QJSValue &fields, const QJSValue &mode);

    //! A value of the QML type SendMode; Reliable if it is anything else.
    static SendMode sendMode(const QJSValue &mode);

private:
    QVariant number(double number) const;
    QVariant object(const QJSValue &object);
    QVariant container(const QJSValue &object);
    QVariant native(const QJSValue &object, const QVariant &value);
    QVariantList list(const QJSValue &array);
    QVariantList rows(const QJSValue &model);
    QVariantMap map(const QJSValue &object, const QStringList &names);
    QVariant entries(const QJSValue &pairs);
    QByteArray bytes(const QJSValue &view) const;
    bool isView(const QJSValue &object) const;
    QStringList keys(const QJSValue &object) const;
    QJSValue arrayFrom(const QJSValue &iterable) const;

    //! What \a convert returns, one level deeper; cut off where that is too deep.
    template <class Convert>
    QVariant nested(Convert convert);

    QJSEngine &m_engine;
    const int m_maximumDepth;
    int m_depth = 0;
    bool m_isTooDeep = false;
};

} // namespace QRepod
