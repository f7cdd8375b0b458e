// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/SendMode>

#include <QtCore/qvariant.h>
#include <QtQml/qjsvalue.h>

#include <optional>

class QJSEngine;

namespace QRepod {

//! Converts JavaScript values to values that the core can encode.
///
/// | JavaScript                        | becomes |
/// |-----------------------------------|---------|
/// | undefined, null                   | nil |
/// | boolean, string, Date             | bool, text, time |
/// | number                            | an integer if it is whole and safe (at most 2^53 - 1 in
/// |                                   | either direction), so 7 and 7.0, which are the same
/// |                                   | number; otherwise float 64 |
/// | ArrayBuffer, typed array, DataView | the bytes in its view |
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
/// Values without a MessagePack form are left to the encoder, which refuses them with their path.
class JavaScript
{
public:
    //! Values nested deeper than \a maximumDepth, such as an object that contains itself, are cut
    //! off one level below it, where the encoder refuses them.
    JavaScript(QJSEngine &engine, int maximumDepth);

    QVariant variant(const QJSValue &value);

    //! Returns the message of a call `function(message)` or `function(action, fields)`.
    ///
    /// \return nothing if the arguments are neither; a TypeError has then been thrown.
    std::optional<QVariantMap> message(const char *function, const QJSValue &messageOrAction,
                                       const QJSValue &fields);

    struct Outgoing
    {
        QVariantMap message;
        SendMode mode;
    };

    //! Returns the message and mode of `function(message, mode)` or `function(action, fields,
    //! mode)`.
    std::optional<Outgoing> outgoing(const char *function, const QJSValue &messageOrAction,
                                     const QJSValue &fields, const QJSValue &mode);

    //! Returns a value of the QML type SendMode; Reliable for any other value.
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

    //! Returns the result of \a convert, one level deeper; cut off where that is too deep.
    template <class Convert>
    QVariant nested(Convert convert);

    QJSEngine &m_engine;
    const int m_maximumDepth;
    int m_depth = 0;
    bool m_isTooDeep = false;
};

} // namespace QRepod
